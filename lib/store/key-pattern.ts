import picomatch from 'picomatch';

/** A pattern for the keys of a bucket. `*` and `?` match within one level, `**` across levels. */
export interface KeyPattern {
  /** The beginning of every matching key, which is all that a store can filter by. */
  prefix: string;
  matches: (key: string) => boolean;
}

/** Compiles a key that may be a pattern; returns undefined if it is a plain key. */
export function parseKeyPattern(key: string): KeyPattern | undefined {
  const magic = key.search(/[*?[\]{}()!\\]/);
  const { isGlob, negated } = picomatch.scan(key);
  if (magic === -1 || !isGlob || negated) return undefined;
  return { prefix: key.slice(0, magic), matches: picomatch(key, { dot: true }) };
}
