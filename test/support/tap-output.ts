/** What a test file printed, in short. */
export interface TapSummary {
  /** Assertions, also skipped ones and those to do. */
  total: number;
  passed: number;
  failed: number;
  /** The failed points, each failed assertion with its diagnostics. */
  failures: string;
}

/** Reads what tap printed: its totals, which count assertions and not subtests, come last. */
export function summaryOf(printed: string): TapSummary {
  const [totals = ''] = printed.match(/^# \{ total: .* \}$/gm)?.slice(-1) ?? [];
  const count = (name: string): number =>
    Number(new RegExp(`\\b${name}: (\\d+)`).exec(totals)?.[1] ?? 0);
  return {
    total: count('total'),
    passed: count('pass'),
    failed: count('fail'),
    failures: failuresIn(printed),
  };
}

function failuresIn(printed: string): string {
  const shown: string[] = [];
  /** Ends the diagnostics of the last point; undefined outside them. */
  let end: string | undefined;
  let isShown = false;
  for (const line of printed.split('\n')) {
    if (end === undefined) {
      const [, indent, rest = ''] = /^( *)(.*)$/.exec(line) as RegExpExecArray;
      const isFailure = rest.startsWith('not ok') && !/# (SKIP|TODO)\b/.test(rest);
      if (isFailure) shown.push(line);
      // A subtest, which has a time, would only repeat the source around it.
      if (rest === '---') end = `${indent}...`;
      else isShown = isFailure && !rest.includes('# time=');
    }
    if (end === undefined) continue;
    if (isShown) shown.push(line);
    if (line === end) end = undefined;
  }
  return shown.join('\n');
}
