import { depthOf } from '../reference/json.ts';

/** What must be said of a line of UTF-8 for its syntax; `event` where it is an object, whatever becomes of that. */
export function verdict(line: Buffer): string {
  const text = line.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'invalid_json';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_an_object';
  return depthOf(text) > 512 ? 'too_deep' : 'event';
}

/** Brackets open at once, at most; those in strings count too, which is an upper bound. */
export function openBrackets(line: Buffer): number {
  let open = 0;
  let most = 0;
  for (const byte of line) {
    if (byte === 0x5b || byte === 0x7b) most = Math.max(most, ++open);
    else if (byte === 0x5d || byte === 0x7d) open--;
  }
  return most;
}
