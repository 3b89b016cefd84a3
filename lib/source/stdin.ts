import { type BigIntStats, fstatSync } from 'node:fs';

/** Returns what standard input is: a file, a pipe, a terminal …; undefined if it is closed. */
export function statOfStdin(): BigIntStats | undefined {
  try {
    return fstatSync(0, { bigint: true });
  } catch {
    return undefined;
  }
}
