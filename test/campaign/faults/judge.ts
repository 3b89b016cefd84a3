// What a run left, and whether what it said of it is true.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../../lib/report.ts';
import type { Outcome } from '../../support/command.ts';
import { readFileWithHyparquet } from '../../support/read-parquet.ts';
import type { Shape } from './shapes.ts';

export type Files = Readonly<Record<string, string>>;

/** Undisturbed runs of a shape. */
export interface Undisturbed {
  /** What is there before the run, and after it. */
  old: Files;
  whole: Files;
  rejects: string | undefined;
  days: readonly string[];
  /** Calls of the file system, and requests to a server. */
  calls: number;
  requests: number;
}

/** What was wrong at a point: sentences by kind. */
export interface Verdict {
  /** Whether the run came to the call. */
  hit: boolean;
  killed: boolean;
  /** The state in which the run left each day. */
  states: Readonly<Record<string, State>>;
  wrongSets: string[];
  hangs: string[];
  internal: string[];
  falseMessages: string[];
  differentReruns: string[];
  /** How it ended, for the table of a person who looks into it. */
  outcome: string;
}

/** Errors that say of the world what is not so where a call failed. */
const FALSE_CODES =
  /^E_(USAGE|INPUT_NOT_FOUND|INPUT_CHANGED|INPUT_TRUNCATED|INPUT_FORMAT|DAY_COMPLETE|DAY_SHRINKS|STORE_CONFLICT|ROWS_LOST|ABORTED|MAPPING|UNSUPPORTED)$/;

interface Failure {
  code: string;
  message: string;
  hint?: string;
  incompleteDays?: string[];
  uncertainDays?: string[];
}

/** What a day is: as before the run, as the run makes it, without `_SUCCESS`, or none of these. */
export type State = 'old' | 'new' | 'incomplete' | 'wrong';

/** The state of each day. */
export async function statesOf(
  shape: Shape,
  { old, whole, days }: Undisturbed,
): Promise<Record<string, State>> {
  const found = shape.target.contents();
  const states: Record<string, State> = {};
  for (const day of days) {
    const is = visible(found, day);
    if (!(`${day}/_SUCCESS` in found)) states[day] = 'incomplete';
    else if (is === visible(whole, day)) states[day] = 'new';
    else if (is === visible(old, day)) states[day] = 'old';
    // A full disk may make the row groups smaller: other bytes, and the same events.
    else states[day] = (await hasItsEvents(shape, day)) ? 'new' : 'wrong';
  }
  return states;
}

/** A day's files as a reader lists them. */
function visible(files: Files, day: string): string {
  const own = Object.entries(files).filter(
    ([name]) => name.startsWith(`${day}/`) && !name.includes('/.'),
  );
  return JSON.stringify(own.sort());
}

/** Compares what a run said with what it left. */
export function judgeWords(
  { before }: Shape,
  { code, signal, stdout, stderr }: Outcome,
  { states, isStopped }: { states: Readonly<Record<string, State>>; isStopped: boolean },
  verdict: Verdict,
): void {
  verdict.outcome = `${signal ?? code}`;
  if (signal === 'SIGKILL') return;
  if (code === 0) {
    const report = parsed<Report>(stdout);
    if (report?.status !== 'committed') verdict.internal.push(`exit 0 with ${stdout}${stderr}`);
    for (const [day, state] of Object.entries(states)) {
      if (state !== 'new') verdict.falseMessages.push(`exit 0, and ${day} is ${state}`);
    }
    return;
  }
  const failure = parsed<{ error: Failure }>(stderr)?.error;
  if (failure === undefined) {
    verdict.internal.push(`${signal ?? code}: ${stderr || stdout}`);
    return;
  }
  const { code: name, message, hint = '', incompleteDays = [], uncertainDays = [] } = failure;
  verdict.outcome += ` ${name} ${message} (${hint})`;
  if (name === 'E_INTERNAL') verdict.internal.push(message);
  const isTrue = isStopped && name === 'E_ABORTED' && code === 143;
  if (FALSE_CODES.test(name) && !isTrue) verdict.falseMessages.push(`${name}: ${message}`);
  const say = (what: string): void =>
    void verdict.falseMessages.push(`${what}: ${verdict.outcome}`);
  for (const [day, state] of Object.entries(states)) {
    // The run says that it does not know.
    if (uncertainDays.includes(day.slice('dt='.length))) continue;
    const isNamed = incompleteDays.includes(day.slice('dt='.length));
    if (isNamed && state !== 'incomplete') say(`${day} is named, and is complete`);
    if (!isNamed && state === 'incomplete' && before !== undefined) say(`${day} is not named`);
    if (/nothing was committed/i.test(message + hint) && state === 'new')
      say(`${day} is committed`);
  }
}

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** Whether the files of a day have exactly the events of the input, read with hyparquet. */
export async function hasItsEvents(shape: Shape, day: string): Promise<boolean> {
  const { target, ids, outside } = shape;
  const found: string[] = [];
  const file = join(outside, 'read.parquet');
  for (const name of Object.keys(target.contents())) {
    if (!name.startsWith(`${day}/`) || !name.endsWith('.parquet')) continue;
    writeFileSync(file, target.bytes(name));
    found.push(...(await readFileWithHyparquet(file)).map(({ insert_id }) => insert_id));
  }
  return JSON.stringify(found.sort()) === JSON.stringify(ids[day]);
}
