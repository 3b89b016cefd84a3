// Sums of counts by name.

/** Adds counts to sums. */
export function addTo<K>(sums: Map<K, number>, counts: ReadonlyMap<K, number>): void {
  for (const [key, count] of counts) sums.set(key, (sums.get(key) ?? 0) + count);
}

/** Returns the sums of two maps of counts. */
export function mergedCounts(
  a: ReadonlyMap<string, number>,
  b: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const sums = new Map(a);
  addTo(sums, b);
  return sums;
}
