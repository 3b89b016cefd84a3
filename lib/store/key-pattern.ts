import picomatch from 'picomatch';

/** A pattern for keys of a bucket. `*` and `?` stay within a level, `**` does not. */
export interface KeyPattern {
  /** What every matching key begins with: all that a store can be asked for. */
  prefix: string;
  matches: (key: string) => boolean;
}

/** Takes a key that may be a pattern apart; undefined if it is a plain key. */
export function parseKeyPattern(key: string): KeyPattern | undefined {
  const magic = key.search(/[*?[\]{}()!\\]/);
  const { isGlob, negated } = picomatch.scan(key);
  if (magic === -1 || !isGlob || negated) return undefined;
  return { prefix: key.slice(0, magic), matches: picomatch(key, { dot: true }) };
}
