import { CARRIAGE_RETURN } from '../../ascii.ts';

/** Counts the source's line ends in lines of elements, where each has become a carriage return. */
export function countReturns(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(CARRIAGE_RETURN); at >= 0; count++) {
    at = bytes.indexOf(CARRIAGE_RETURN, at + 1);
  }
  return count;
}
