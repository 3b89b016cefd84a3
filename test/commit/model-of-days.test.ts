// A model of days: dumps cut by the clocks of zones, delivered in any order with every --if-exists, by runs that
// fail or are killed. While a day is complete, it holds exactly the events that one run had of it, and never fewer
// than before, unless a run was allowed to. The recipe of docs/days.md gives the exact day, whatever came before.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import t, { test } from 'tap';
import type { IfExists } from '../../lib/commit/partition-commit.ts';
import { ImportError } from '../../lib/errors.ts';
import { RunCounters } from '../../lib/run-counters.ts';
import type { Store } from '../../lib/store/contract.ts';
import { LocalStore } from '../../lib/store/local/store.ts';
import { deliver } from '../../lib/streams/deliver.ts';
import { parseNdjson } from '../../lib/streams/parse.ts';
import {
  limits,
  lowercaseKeys,
  metricValue,
  truncateTimestamps,
  validate,
} from '../../lib/streams/record.ts';
import { route } from '../../lib/streams/route.ts';
import { rowGroups } from '../../lib/streams/row-groups.ts';
import { around, type Disk, MemoryStore } from '../store/memory-store.ts';
import { ndjson } from '../support/events.ts';
import { readFileWithHyparquet } from '../support/read-parquet.ts';
import { rounds } from '../support/rounds.ts';
import { type Cleaner, tempFolder } from '../support/temp.ts';
import { inFolder, onDisk, quick } from './runs.ts';

// A busy machine takes its time: each run has a kernel of its own. A campaign has many more of them.
const TIMEOUT_MS = Math.max(120_000, rounds(120_000));
t.setTimeout(2 * TIMEOUT_MS);

const HOUR = 3_600_000;
const FIRST = Date.parse('2023-01-01T00:00:00Z');
const DAYS = 4;
/** Hours ahead of UTC: London, Seoul, New York, India. */
const ZONES = [0, 9, -5, 5.5];

/** Every event that there is, by its number: three an hour, fewer at night. */
const EVENTS = Array.from({ length: DAYS * 24 * 3 }, (_, id) => ({
  id,
  ms: FIRST + Math.floor(id / 3) * HOUR + (id % 3) * 17 * 60_000,
})).filter(({ id }) => id % 24 > 5 || id % 2 === 0);

const dayOf = (ms: number): number => Math.floor((ms - FIRST) / (24 * HOUR));
const nameOf = (day: number): string =>
  new Date(FIRST + day * 24 * HOUR).toISOString().slice(0, 10);

/** The dump of a date by the clock of a zone. */
function dump(zone: number, date: number): readonly number[] {
  return EVENTS.filter(({ ms }) => dayOf(ms + zone * HOUR) === date).map(({ id }) => id);
}

/** How a run ends: it is let be, gets rejects, or its n-th operation on the store fails or is its last. */
type Fate = { kind: 'done' } | { kind: 'rejects' } | { kind: 'fails' | 'killed'; at: number };

interface Run {
  zone: number;
  dates: readonly number[];
  ifExists: IfExists;
  allowShrink: boolean;
  /** The UTC day that is asked for. */
  date: number | undefined;
  fate: Fate;
}

const at = fc.integer({ min: 0, max: 30 });
const run: fc.Arbitrary<Run> = fc.record({
  zone: fc.constantFrom(...ZONES),
  dates: fc.uniqueArray(fc.integer({ min: 0, max: DAYS - 1 }), { minLength: 1, maxLength: 3 }),
  ifExists: fc.constantFrom<IfExists[]>('fail', 'skip', 'replace', 'replace', 'replace'),
  allowShrink: fc.nat(9).map((n) => n === 0),
  date: fc.option(fc.integer({ min: 0, max: DAYS - 1 }), { nil: undefined, freq: 2 }),
  fate: fc.oneof(
    { weight: 4, arbitrary: fc.constant<Fate>({ kind: 'done' }) },
    { weight: 1, arbitrary: fc.constant<Fate>({ kind: 'rejects' }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('fails', 'killed'), at }) },
  ),
});

/** Where days are kept. */
interface Place {
  open(): Store;
  /** Name → bytes as latin1. */
  files(): Record<string, string>;
}

function folderPlace(t: Cleaner): Place {
  const folder = tempFolder(t);
  return { open: () => new LocalStore(folder, { fs: quick }), files: () => inFolder(folder) };
}

function bucketPlace(): Place {
  const disk: Disk = new Map();
  return { open: () => new MemoryStore(disk), files: () => onDisk(disk) };
}

/** The events of each complete day, by the day's number. */
async function completeDays(place: Place, scratch: string): Promise<Map<number, string>> {
  const files = place.files();
  const found = new Map<number, string>();
  for (let day = -1; day <= DAYS; day++) {
    const prefix = `dt=${nameOf(day)}/`;
    if (!(`${prefix}_SUCCESS` in files)) continue;
    const ids: number[] = [];
    for (const [name, bytes] of Object.entries(files)) {
      if (!name.startsWith(prefix) || !name.endsWith('.parquet')) continue;
      writeFileSync(scratch, bytes, 'latin1');
      const rows = await readFileWithHyparquet(scratch);
      ids.push(...rows.map((row) => Number.parseInt(String(row.insert_id).slice(-12), 16)));
    }
    found.set(day, textOf(ids));
  }
  return found;
}

const textOf = (ids: readonly number[]): string => [...ids].sort((a, b) => a - b).join(' ');
const sizeOf = (text: string | undefined): number =>
  text === undefined || text === '' ? 0 : text.split(' ').length;

const dayOfEvent: ReadonlyMap<number, number> = new Map(
  EVENTS.map(({ id, ms }) => [id, dayOf(ms)]),
);

/** The events of each day that a run has, by the day's number. */
function given({ zone, dates, date }: Run): Map<number, string> {
  const ids = dates.flatMap((each) => dump(zone, each));
  const days = [...new Set(ids.map((id) => dayOfEvent.get(id) ?? 0))];
  return new Map(
    days
      .filter((day) => date === undefined || day === date)
      .map((day) => [day, textOf(ids.filter((id) => dayOfEvent.get(id) === day))]),
  );
}

/** Runs an import; resolves with how it ended. */
async function carryOut(
  place: Place,
  { zone, dates, date, ifExists, allowShrink, fate }: Run,
): Promise<'committed' | 'refused' | 'failed' | 'killed'> {
  let operations = 0;
  let kill = (): void => {};
  const killed = new Promise<'killed'>((resolve) => {
    kill = () => resolve('killed');
  });
  const never = new Promise<never>(() => {});
  let isDead = false;
  const store = around(place.open(), async (step) => {
    if (isDead) return never;
    if ('at' in fate && operations++ === fate.at) {
      if (fate.kind === 'fails') throw new ImportError('E_STORE_WRITE', 'the test broke it');
      isDead = true;
      kill();
      return never;
    }
    return step();
  });
  const events = dates
    .flatMap((each) => dump(zone, each))
    .map((id) => ({
      id,
      ts: new Date(EVENTS.find((event) => event.id === id)?.ms ?? 0).toISOString(),
    }));
  const text = ndjson(...events, ...(fate.kind === 'rejects' ? ['{'] : []));
  const counters = new RunCounters();
  const day = date === undefined ? {} : { from: nameOf(date), until: nameOf(date) };
  const ended = pipeline([
    Readable.from([Buffer.from(text)]),
    parseNdjson({ counters }),
    validate(),
    lowercaseKeys(),
    truncateTimestamps(),
    metricValue(),
    limits(),
    route({ counters, ...day }),
    rowGroups({ rowGroupSize: 4096 }),
    deliver(store, { counters, ifExists, allowShrink, fileSize: 8192 }),
  ]).then(
    () =>
      counters.report().status === 'committed' ? ('committed' as const) : ('refused' as const),
    (error: unknown) => {
      if (!(error instanceof ImportError) || error.code === 'E_INTERNAL') throw error;
      return 'failed' as const;
    },
  );
  return Promise.race([ended, killed]);
}

/** What is wrong with a day after a run; undefined if nothing is. */
function fault(
  run: Run,
  outcome: string,
  { before, after, own }: Record<'before' | 'after' | 'own', string | undefined>,
): string | undefined {
  if (after !== undefined && after !== before && after !== own) return 'is a mixture';
  const mayShrink = run.allowShrink && run.ifExists === 'replace';
  if (after !== undefined && sizeOf(after) < sizeOf(before) && !mayShrink) return 'has shrunk';
  if (before !== undefined && run.ifExists !== 'replace' && after !== before) return 'was touched';
  if (outcome === 'refused' && after !== before) return 'was changed by a run that was refused';
  if (outcome !== 'committed' || own === undefined) return undefined;
  const kept = before !== undefined && run.ifExists === 'skip';
  return after === (kept ? before : own) ? undefined : 'is not what the run had';
}

for (const [where, make] of [
  ['a folder', folderPlace],
  ['a bucket', bucketPlace],
] as const) {
  test(`days in ${where}`, { timeout: TIMEOUT_MS }, async (t) => {
    const scratch = join(tempFolder(t), 'part.parquet');
    const seen = { committed: 0, refused: 0, failed: 0, killed: 0, replaced: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(run, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...ZONES.filter((zone) => zone !== 0)),
        fc.integer({ min: 1, max: DAYS - 2 }),
        async (runs, zone, day) => {
          const place = make(t);
          let before = await completeDays(place, scratch);
          for (const each of runs) {
            const outcome = await carryOut(place, each);
            const after = await completeDays(place, scratch);
            seen[outcome]++;
            const own = given(each);
            for (const number of new Set([...before.keys(), ...after.keys(), ...own.keys()])) {
              const states = {
                before: before.get(number),
                after: after.get(number),
                own: own.get(number),
              };
              if (states.before !== undefined && states.after === states.own) seen.replaced++;
              const wrong = fault(each, outcome, states);
              if (wrong !== undefined) throw new Error(`${nameOf(number)} ${wrong}, ${outcome}`);
            }
            before = after;
          }
          // The dump of the same date, and that of the next one east of Greenwich, of the one before west of it.
          const dates = [day, zone > 0 ? day + 1 : day - 1];
          const recipe: Run = {
            ...{ zone, dates, date: day, ifExists: 'replace', allowShrink: false },
            fate: { kind: 'done' },
          };
          const outcome = await carryOut(place, recipe);
          if (outcome !== 'committed') throw new Error(`the recipe is ${outcome}`);
          const whole = textOf(dump(0, day));
          const found = await completeDays(place, scratch);
          if (found.get(day) !== whole) throw new Error('the recipe did not give the exact day');
        },
      ),
      { numRuns: rounds(10), endOnFailure: true },
    );
    for (const [what, count] of Object.entries(seen)) t.ok(count > 0, `${count} ${what}`);
  });
}
