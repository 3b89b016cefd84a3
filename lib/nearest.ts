/** The one of `known` that a misspelt name was probably meant to be. */
export function closest(name: string, known: readonly string[]): string | undefined {
  const plain = simplify(name);
  let best: string | undefined;
  let least = Math.floor(plain.length / 3) + 1;
  for (const candidate of known) {
    const distance = editDistance(plain, simplify(candidate));
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** The IANA time zone that a misspelt one was probably meant to be. */
export function closestTimezone(name: string): string | undefined {
  const zones = Intl.supportedValuesOf('timeZone');
  const place = simplify(name);
  return (
    closest(name, zones) ?? zones.find((zone) => simplify(zone.split('/').at(-1) ?? '') === place)
  );
}

/** `eventKey`, `event-key` and `event_key` are one name to a reader. */
function simplify(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Insertions, deletions and replacements that make one text the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
