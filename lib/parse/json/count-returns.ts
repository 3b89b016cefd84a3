const CARRIAGE_RETURN = 13;

/** Lines of the source that end in these lines of elements: a carriage return stands for each. */
export function countReturns(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(CARRIAGE_RETURN); at >= 0; count++) {
    at = bytes.indexOf(CARRIAGE_RETURN, at + 1);
  }
  return count;
}
