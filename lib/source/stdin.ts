import { fstatSync, type Stats } from 'node:fs';

/** Returns what standard input is: a file, a pipe, a terminal …; undefined if it is closed. */
export function statOfStdin(): Stats | undefined {
  try {
    return fstatSync(0);
  } catch {
    return undefined;
  }
}
