// The nine shapes of a run that the campaign makes fail.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventsOfDays } from '../../support/events.ts';
import { type Cleaner, tempFolder } from '../../support/temp.ts';
import { zipOf } from '../../support/zip.ts';
import { folderIn, TARGETS, type Target } from '../targets.ts';

/** A run, and where it writes. */
export interface Shape {
  name: string;
  /** A folder for notes on the run. */
  outside: string;
  /** A folder in it with everything that the run uses; calls about files in it count. */
  root: string;
  target: Target;
  args: readonly string[];
  /** The run before, whose days this one replaces. */
  before?: readonly string[];
  /** Gets rejects. */
  rejects?: string;
  /** The ids that the input has, day by day. */
  ids: Readonly<Record<string, readonly string[]>>;
  /** A folder of its own for temporary files. */
  temp: string;
}

interface Plan {
  /** Events as lines of NDJSON. */
  events: string;
  before?: string;
  flags?: readonly string[];
  /** Makes the input's file; default: the lines. */
  file?: (events: string) => Uint8Array;
  /** Size of row groups and files. */
  size?: string;
  /** Bad lines between the events. */
  bad?: boolean;
  where?: 'S3' | 'Google Cloud Storage';
}

/** Several files a day. */
const SMALL = '32KiB';
const BAD = `${'{"bad": "한국'.padEnd(2000, '.')}\n`;

const OLD = eventsOfDays(90, 3, 20);
const NEW = eventsOfDays(300, 3, 300);
/** Several files a day. GCS takes fewer requests for a file, so that it needs more files for as many points. */
const MORE = eventsOfDays(900, 3, 300);
const MANY = eventsOfDays(2400, 3, 300);
/** More ids than the least memory for them holds, so that they go to the temporary file; some come again. */
const REPEATED = eventsOfDays(12_000, 2) + eventsOfDays(500, 2);
/** Days in turn, so that a batch has a few events of each: they wait in the temporary file. */
const MIXED = eventsOfDays(4000, 12, 20);

const halves = (events: string): [string, string] => {
  const at = events.indexOf('\n', events.length >> 1) + 1;
  return [events.slice(0, at), events.slice(at)];
};

const PLANS: Readonly<Record<string, Plan>> = {
  plain: { events: NEW },
  replace: { events: NEW, before: OLD, flags: ['--if-exists', 'replace'] },
  // More than a chunk, so that the threads read the file themselves.
  threads: { events: eventsOfDays(600, 3, 2000), flags: ['--threads', '2'] },
  ZIP: {
    events: NEW,
    file: (events) =>
      zipOf(halves(events).map((text, n) => ({ name: `${n}.ndjson`, content: Buffer.from(text) }))),
  },
  dedupe: { events: REPEATED, size: '1MiB', flags: ['--dedupe', '--dedupe-memory', '1MiB'] },
  'many days': {
    events: MIXED,
    flags: ['--memory', '1MiB'],
  },
  rejects: { events: NEW, bad: true, flags: ['--max-rejects', '50%'] },
  S3: { events: NEW, before: OLD, flags: ['--if-exists', 'replace'], where: 'S3' },
  'S3, new days': { events: NEW, where: 'S3' },
  'GCS, new days': { events: NEW, where: 'Google Cloud Storage' },
  GCS: {
    events: NEW,
    before: OLD,
    flags: ['--if-exists', 'replace'],
    where: 'Google Cloud Storage',
  },
  'replace, several files a day': replacing(MORE),
  'replace on S3, several files a day': replacing(MORE, 'S3'),
  'replace on GCS, several files a day': replacing(MANY, 'Google Cloud Storage'),
};

function replacing(events: string, where?: Plan['where']): Plan {
  const flags = ['--if-exists', 'replace'];
  return { events, before: OLD, flags, ...(where !== undefined && { where }) };
}

/** The shapes whose runs make requests, over complete days and over none. */
export const BUCKET_SHAPES: readonly string[] = ['S3', 'S3, new days', 'GCS', 'GCS, new days'];
/** The shapes that replace days, wherever these are, with enough calls and requests for many points. */
export const REPLACING_SHAPES: readonly string[] = Object.keys(PLANS).filter(
  (name) => name.startsWith('replace') && name.includes(','),
);
/** The nine. */
export const SHAPES: readonly string[] = Object.keys(PLANS).filter((name) => !name.includes(','));

/** Writes the inputs of a shape, and makes its target. */
export async function makeShape(t: Cleaner, name: string): Promise<Shape> {
  const plan = PLANS[name] as Plan;
  const outside = tempFolder(t);
  const root = join(outside, 'run');
  const temp = join(root, 'tmp');
  mkdirSync(temp, { recursive: true });
  const { events, file = (text: string) => Buffer.from(text), flags = [], size = SMALL } = plan;
  const input = join(root, 'events');
  const lines = plan.bad ? events.replaceAll(/\n(?=.*"seq":\d*7,)/g, `\n${BAD}`) : events;
  writeFileSync(input, file(lines));
  const make = plan.where === undefined ? undefined : TARGETS[plan.where];
  const target = make === undefined ? folderIn(root) : await make(t);
  const rejects = plan.bad ? join(root, 'rejects.ndjson') : undefined;
  const sizes = ['--row-group-size', size, '--file-size', size, '--compression', 'none'];
  const threads = flags.includes('--threads') ? [] : ['--threads', '0'];
  const own = [...target.flags, ...sizes, ...threads, '--json'];
  const shape: Shape = {
    name,
    outside,
    root,
    temp,
    target,
    args: [input, ...own, ...flags, ...(rejects === undefined ? [] : ['--rejects', rejects])],
    ids: idsOf(events),
    ...(rejects !== undefined && { rejects }),
  };
  if (plan.before === undefined) return shape;
  const old = join(root, 'before');
  writeFileSync(old, plan.before);
  return { ...shape, before: [old, ...own] };
}

function idsOf(events: string): Record<string, string[]> {
  const days: Record<string, Set<string>> = {};
  for (const line of events.trimEnd().split('\n')) {
    const { ts, insert_id } = JSON.parse(line) as { ts: number; insert_id: string };
    const day = `dt=${new Date(ts).toISOString().slice(0, 10)}`;
    days[day] ??= new Set();
    days[day].add(insert_id);
  }
  return Object.fromEntries(Object.entries(days).map(([day, ids]) => [day, [...ids].sort()]));
}
