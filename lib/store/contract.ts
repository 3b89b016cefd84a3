/** What a listing tells of an object. */
export interface ObjectInfo {
  /** Name relative to the store's root, `/` between folders: `dt=2023-01-01/000000000000.parquet`. */
  name: string;
  size: number;
  /** ETag, generation, or for files device-inode-mtime: differs when the object was written anew. */
  version: string;
}

/** An object being written; it does not exist under its name before `close` resolves. */
export interface ObjectWriter {
  /** Resolves when the store can take more. The bytes belong to the store from then on. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Makes the object durable and visible, in place of one of the same name. When it fails, the
   * object may be there or not, but is never there in part.
   */
  close(): Promise<ObjectInfo>;
  /** Leaves nothing behind. Harmless after `close` or another `abort`. */
  abort(): Promise<void>;
}

/**
 * Where partitions go: a folder, a bucket with a prefix. Every method may throw an ImportError;
 * all failures are final, a store that can be tried again does so itself.
 */
export interface Store {
  /** For messages: `s3://bucket/prefix`, `/data/out`. */
  readonly url: string;
  /** What this run could not clean up behind itself, and what would: sentences for a person. */
  readonly leftovers?: readonly string[];
  /** All objects whose name begins with `prefix`, sorted by name; none is no error. */
  list(prefix: string): Promise<ObjectInfo[]>;
  create(name: string): Promise<ObjectWriter>;
  /**
   * Puts a whole small object (`_SUCCESS` has 0 bytes), durable when resolved. Throws
   * E_STORE_CONFLICT if one of that name exists; where the store can, both are one atomic step.
   */
  put(name: string, bytes: Uint8Array): Promise<ObjectInfo>;
  /** Deletes an object, durable when resolved; a missing one is no error. */
  remove(name: string): Promise<void>;
  /**
   * Called before this run changes anything below `prefix` (which ends with `/`). Removes what
   * earlier, killed runs of this program left there and that `list` does not show. A store that can
   * fences: from then on changes by runs that claimed it before fail with E_STORE_CONFLICT.
   */
  claim(prefix: string): Promise<void>;
  /** Ends a claim and removes its traces; harmless without one. */
  release(prefix: string): Promise<void>;
}
