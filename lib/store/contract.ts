/** An object as a listing describes it. */
export interface ObjectInfo {
  /** Name relative to the store's root, `/` between folders: `dt=2023-01-01/000000000000.parquet`. */
  name: string;
  size: number;
  /** ETag, generation, or for files device-inode-mtime; it changes when the object is overwritten. */
  version: string;
}

/** What has a name before a change of this run: an object as it was listed, or none. */
export type Before = ObjectInfo | 'none';

/** Writes one object, which does not exist under its name before `close` resolves. */
export interface ObjectWriter {
  /** Resolves when the store can take more. The bytes belong to the store from this call on. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Makes the object durable and visible, replacing one of the same name. After a failure the object may or may
   * not exist, but never in part. Throws E_STORE_CONFLICT if the name has not what it had before (see `Store.create`).
   */
  close(): Promise<ObjectInfo>;
  /** Removes all traces of the object. Does nothing after `close` or another `abort`. */
  abort(): Promise<void>;
}

/**
 * The prefix below which runs keep what they have not published yet. No reader takes it for a day: it holds neither
 * `*.parquet` nor `dt=`. After a power cut, names below it may be missing, so a store need not make them durable.
 */
export const STAGING = '_hackle/';

/**
 * Where partitions are written: a folder, or a prefix of a bucket. Every method may throw an ImportError, and
 * every failure is final: a store retries by itself what can be retried.
 */
export interface Store {
  /** The store's location, for messages: `s3://bucket/prefix`, `/data/out`. */
  readonly url: string;
  /** Sentences for a person: what this run could not clean up, and what will. */
  readonly leftovers?: readonly string[];
  /** Whether `copy` is a rename, which takes no time however large the object is. Default false. */
  readonly renames?: boolean;
  /** Resolves with all objects whose name begins with `prefix`, sorted by name; none is no error. */
  list(prefix: string): Promise<ObjectInfo[]>;
  /**
   * Resolves with the folders at the top whose name begins with `prefix`, links included, even such as lead nowhere.
   * Throws E_INPUT_NOT_FOUND where the store's own folder does not exist.
   * Absent: the store has names only, so that one listing finds them all and none of them can fail alone.
   */
  folders?(prefix: string): Promise<string[]>;
  /**
   * Begins to write an object. With `before` it becomes visible only if the name then has what it had before, where
   * the store can check that in the same step: so a run that is late does not change what another one has written.
   */
  create(name: string, before?: Before): Promise<ObjectWriter>;
  /**
   * Writes a small object at once (`_SUCCESS` has 0 bytes), durable when resolved. Throws E_STORE_CONFLICT if an
   * object of that name exists; check and write are one atomic step where the store supports it.
   */
  put(name: string, bytes: Uint8Array): Promise<ObjectInfo>;
  /** Reads the bytes from `start` to before `end` of an object as it was listed. Throws E_STORE_CONFLICT if it changed. */
  read(object: ObjectInfo, start: number, end: number): Promise<Uint8Array>;
  /** Resolves with when an object, as it was listed, was written: milliseconds since 1970. Absent: nothing tells. */
  modified?(object: ObjectInfo): Promise<number>;
  /**
   * Brings an object, as it was written or listed, under another name, replacing an object of that name; its bytes
   * do not pass through this process. Durable when resolved. Afterwards `from` may be gone (a folder renames it), or
   * still there (a bucket copies it) until it is removed. Throws E_STORE_CONFLICT if `from` changed or is gone, or,
   * where the store can check it in the same step, if `to` has not what it had `before`.
   */
  copy(from: ObjectInfo, to: string, before?: Before): Promise<ObjectInfo>;
  /**
   * Deletes an object, durable when resolved; a missing one is no error. Throws E_STORE_CONFLICT if the object is not
   * what it was `before`, where the store can check that in the same step.
   */
  remove(name: string, before?: ObjectInfo): Promise<void>;
  /**
   * Called before this run changes anything below `prefix` (which ends with `/`). Removes the leftovers of
   * earlier, killed runs of this program that `list` does not show. A store that supports fencing also makes
   * every later change by a run that claimed the prefix before fail with E_STORE_CONFLICT.
   */
  claim(prefix: string): Promise<void>;
  /** Ends this run's claim, if there is one, and removes its traces and folders that are empty. */
  release(prefix: string): Promise<void>;
  /**
   * Removes the traces of a run that was killed right after it had put an object: a claim that it did not release.
   * Of a name that ends with `/`: the empty folders in it, and itself if it is empty.
   */
  tidy?(name: string): Promise<void>;
}
