import { createHash } from 'node:crypto';
import { releaseBytes } from '../large-buffers.ts';
import type { ObjectInfo, ObjectWriter, Store } from '../store/contract.ts';
import { inParallel } from './in-parallel.ts';
import { isPart } from './partition.ts';

/** Bytes that are read at once. */
const RANGE = 8 << 20;

/**
 * A complete day that a run makes again, because a run that was killed while it committed may have been the same. The
 * files are hashed and not written. The same input and options give the same bytes, so equal files mean the same run.
 */
export class RepeatedDay {
  /** Size and hash of each file, by its name in the day. */
  readonly #files = new Map<string, { size: number; hash: string }>();

  /** Begins a file, given its name in the day. */
  create(part: string): ObjectWriter {
    const hash = createHash('sha256');
    let size = 0;
    return {
      write: async (bytes) => {
        hash.update(bytes);
        size += bytes.byteLength;
        releaseBytes(bytes);
      },
      close: async () => {
        const version = hash.digest('hex');
        this.#files.set(part, { size, hash: version });
        return { name: part, size, version };
      },
      abort: async () => {},
    };
  }

  /** Whether the files of the day, as listed, are exactly those that this run made. */
  async equals(store: Store, prefix: string, objects: readonly ObjectInfo[]): Promise<boolean> {
    const parts = objects.filter(isPart);
    if (parts.length !== this.#files.size) return false;
    const equal = await inParallel(parts, async (part) => {
      const own = this.#files.get(part.name.slice(prefix.length));
      return own?.size === part.size && own.hash === (await hashOf(store, part));
    });
    return !equal.includes(false);
  }
}

async function hashOf(store: Store, object: ObjectInfo): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < object.size; at += RANGE) {
    hash.update(await store.read(object, at, Math.min(at + RANGE, object.size)));
  }
  return hash.digest('hex');
}
