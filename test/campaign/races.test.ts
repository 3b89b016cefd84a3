// Two or three runs of the command at once, with other events of the same days.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import tap, { type Test, test } from 'tap';
import { Random } from '../../bench/random.ts';
import { type Outcome, start } from '../support/command.ts';
import { eventsOfDays } from '../support/events.ts';
import { rounds, SEED } from '../support/rounds.ts';
import { tempFolder } from '../support/temp.ts';
import { HANG_MS } from './faults/point.ts';
import { type Figures, reportFigures, sumOf } from './tally.ts';
import { TARGETS, type Target } from './targets.ts';

const DAYS = ['dt=2023-01-01', 'dt=2023-01-02', 'dt=2023-01-03'];
const FLAGS = ['--row-group-size', '64KiB', '--file-size', '64KiB', '--compression', 'none'];
/** Files in other numbers, so that a mix shows. */
const INPUTS = [
  eventsOfDays(300, 3, 300),
  eventsOfDays(420, 3, 500),
  eventsOfDays(360, 3, 1000),
] as const;
const MODES = ['fail', 'skip', 'replace'] as const;
/** How long runs may begin apart: about as long as they take. */
const APART_MS = 400;
/** What a run may say that another one has come before. */
const LOST = new Set(['E_STORE_CONFLICT', 'E_DAY_COMPLETE', 'E_DAY_SHRINKS']);

type Files = Readonly<Record<string, string>>;

const counts = () => ({
  races: 0,
  runs: 0,
  committed: 0,
  'mixed days': 0,
  hangs: 0,
  'internal errors': 0,
  'false messages': 0,
  'repaired by the next run': 0,
});

const rows: Figures[] = [];
const random = new Random(SEED);

for (const [where, make] of Object.entries(TARGETS)) {
  test(`${where}: runs at once on the same days`, async (t) => {
    const folder = tempFolder(t);
    const inputs = INPUTS.map((events, n) => {
      const file = join(folder, `${n}.ndjson`);
      writeFileSync(file, events);
      return file;
    });
    const target = await make(t);
    const wanted: Files[] = [];
    for (const input of inputs) {
      target.restore();
      await importInto(target, input, 'fail').ended;
      wanted.push(target.contents());
    }
    const count = counts();
    for (let n = 0; n < rounds(0.6); n++) {
      await race(t, { target, inputs, wanted, mode: MODES[n % 3] ?? 'fail' }, count);
    }
    rows.push({ target: where, ...count });
  });
}

tap.teardown(() =>
  reportFigures('races', 'Two or three runs at once on the same days', [...rows, sumOf(rows)]),
);

function importInto(target: Target, input: string, mode: string): ReturnType<typeof start> {
  // A day by fewer events is another refusal than those of a race.
  const shrink = mode === 'replace' ? ['--allow-shrink'] : [];
  const args = [input, ...target.flags, ...FLAGS, '--if-exists', mode, ...shrink, '--threads', '0'];
  return start([...args, '--json'], { env: target.env, timeout: HANG_MS });
}

interface Race {
  target: Target;
  inputs: readonly string[];
  /** What an undisturbed run of each input leaves. */
  wanted: readonly Files[];
  mode: (typeof MODES)[number];
}

async function race(t: Test, its: Race, count: ReturnType<typeof counts>): Promise<void> {
  const { target, inputs, wanted, mode } = its;
  target.restore();
  // Every other race is about days that are complete, and every third has three runs.
  const isOver = mode === 'replace' && random.chance(0.5);
  if (isOver) await importInto(target, inputs[2] as string, 'fail').ended;
  const running = inputs.slice(0, random.chance(1 / 3) ? 3 : 2);
  const outcomes = await Promise.all(
    running.map(async (input, n) => {
      await setTimeout(n === 0 ? 0 : random.below(APART_MS));
      return importInto(target, input, mode).ended;
    }),
  );
  count.races++;
  count.runs += outcomes.length;
  const found = target.contents();
  const where = `${mode}${isOver ? ' over complete days' : ''}, ${outcomes.map(({ code }) => code).join()}`;
  for (const day of DAYS) {
    if (!(`${day}/_SUCCESS` in found)) continue;
    const is = visible(found, day);
    if (wanted.some((files) => visible(files, day) === is)) continue;
    count['mixed days']++;
    t.fail(`${where}: ${day} is a mix`, { is });
  }
  for (const [n, outcome] of outcomes.entries()) judge(t, `${where}, run ${n}`, outcome, count);
  const winners = outcomes.filter(({ code }) => code === 0).length;
  count.committed += winners;
  // Of three, one may lose to the first and take its mark away, and the last then finds days without one.
  if (mode === 'fail' && winners === outcomes.length) {
    count['false messages']++;
    t.fail(`${where}: all say that they committed the days`);
  }
  const again = await importInto(target, inputs[0] as string, 'replace').ended;
  const isRepaired = again.code === 0 && same(target.contents(), wanted[0] as Files);
  if (isRepaired) count['repaired by the next run']++;
  t.ok(isRepaired, `${where}: the next run gives the days, and leaves nothing else`, {
    again: `${again.code} ${again.stderr}`,
    found: Object.keys(target.contents()),
  });
}

function judge(t: Test, where: string, outcome: Outcome, count: ReturnType<typeof counts>): void {
  const { code, signal, stderr } = outcome;
  if (signal !== null) {
    count.hangs++;
    t.fail(`${where}: ${signal}`);
  } else if (code !== 0) {
    const name = /"code":"(\w+)"/.exec(stderr)?.[1] ?? '';
    if (LOST.has(name)) return;
    count['internal errors']++;
    t.fail(`${where}: ${stderr}`);
  }
}

function visible(files: Files, day: string): string {
  const own = Object.entries(files).filter(([n]) => n.startsWith(`${day}/`) && !n.includes('/.'));
  return JSON.stringify(own.sort());
}

const same = (a: Files, b: Files): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
