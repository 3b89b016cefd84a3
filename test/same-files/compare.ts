// What two runs left and said, compared.

/** Everything that a run left and said. */
export interface RunResult {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Relative path, or path in the bucket → bytes. */
  files: ReadonlyMap<string, Buffer>;
}

export interface Differences {
  /** Exit code, names and bytes of files, report, rejects. */
  data: string[];
  /** Wording only. */
  messages: string[];
}

/** Renamed codes: the base's name → the present one. */
export type Renames = ReadonlyMap<string, string>;

/** Times with speeds, and the ports of test servers. */
const OF_ONE_RUN =
  /(?<="seconds":)[\d.]+|(?<= in )[\d.]+ s\b(, [\d.]+ .?B\/s, [\d.,]+.? events\/s)?|(?<=127\.0\.0\.1:)\d+/g;

/** The part of the records and errors that people read. */
const WORDS = ['message', 'hint'];

/** Differences between a run of the base and a run of the present build. */
export function compare(base: RunResult, present: RunResult, renames: Renames): Differences {
  const found: Differences = { data: [], messages: [] };
  if (base.code !== present.code) {
    found.data.push(`exit code ${base.code} became ${present.code}: ${present.stderr}`);
  }
  compareTexts('stdout', base.stdout, present.stdout, renames, found);
  compareTexts('stderr', base.stderr, present.stderr, renames, found);
  for (const name of new Set([...base.files.keys(), ...present.files.keys()])) {
    const [before, after] = [base.files.get(name), present.files.get(name)];
    if (before === undefined) found.data.push(`${name}: only the present build writes it`);
    else if (after === undefined) found.data.push(`${name}: only the base writes it`);
    else if (before.equals(after)) continue;
    else if (name.endsWith('.ndjson')) {
      compareTexts(name, before.toString(), after.toString(), renames, found);
    } else found.data.push(`${name}: ${firstByte(before, after)}`);
  }
  return found;
}

/** Texts of which every line may be a JSON object; lines that are none are messages. */
function compareTexts(
  name: string,
  base: string,
  present: string,
  renames: Renames,
  found: Differences,
): void {
  const [before, after] = [linesOf(base, renames), linesOf(present, new Map())];
  const data = firstLine(
    before.map(({ data }) => data),
    after.map(({ data }) => data),
  );
  const text = firstLine(
    before.map(({ text }) => text),
    after.map(({ text }) => text),
  );
  if (data !== undefined) found.data.push(`${name}: ${data}`);
  else if (text !== undefined) found.messages.push(`${name}: ${text}`);
}

interface Line {
  /** What programs read; '' where the line is no JSON. */
  data: string;
  text: string;
}

function linesOf(text: string, renames: Renames): Line[] {
  return text.split('\n').map((line) => {
    const renamed = [...renames].reduce(
      (text, [from, to]) => text.replaceAll(`"${from}"`, `"${to}"`),
      line.replaceAll(OF_ONE_RUN, '0'),
    );
    return { data: dataOf(renamed), text: renamed };
  });
}

function dataOf(line: string): string {
  try {
    return JSON.stringify(JSON.parse(line), (key, value: unknown) =>
      typeof value === 'string' && WORDS.includes(key) ? undefined : value,
    );
  } catch {
    return '';
  }
}

function firstLine(base: string[], present: string[]): string | undefined {
  const count = Math.max(base.length, present.length);
  for (let n = 0; n < count; n++) {
    const [before, after] = [base[n], present[n]];
    if (before !== after) return `line ${n + 1}: ${around(before, after)}`;
  }
  return undefined;
}

/** The surroundings of the first difference of two lines. */
function around(base = 'nothing', present = 'nothing'): string {
  let at = 0;
  while (base[at] === present[at] && at < base.length) at++;
  const part = (text: string): string => text.slice(Math.max(0, at - 60), at + 80);
  return `${part(base)}\n      became ${part(present)}`;
}

function firstByte(base: Buffer, present: Buffer): string {
  const at = base.findIndex((byte, index) => byte !== present[index]);
  return `byte ${at < 0 ? base.length : at} differs; ${base.length} bytes became ${present.length}`;
}
