import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import type { Test } from 'tap';
import { failureJson, failureText } from '../../../bin/failure.ts';
import { styleFor } from '../../../bin/style.ts';
import { convert } from '../../../lib/convert.ts';
import { ImportError } from '../../../lib/errors.ts';
import type { ConvertOptions } from '../../../lib/options/options.ts';
import type { Report } from '../../../lib/report.ts';
import type { S3Server } from '../../servers/s3-server.ts';
import { optionsFor, PREFIX, SECRETS, urlOf } from '../../servers/s3-support.ts';
import { eventLines } from '../../support/bulk-events.ts';
import { type Cleaner, tempFolder } from '../../support/temp.ts';

/** Two days; the first has a file of two parts, the second one that is put at once. */
const SOURCE = Buffer.concat([
  eventLines({ day: '2023-01-01', count: 5000, seed: 1, textSize: 1300 }),
  eventLines({ day: '2023-01-02', count: 500, seed: 2, textSize: 100 }),
]);
/** Of runs that fail: a second or two of trying again, some waiting, and a busy machine. */
const DEADLINE_MS = 25_000;
/** Options of runs whose store never recovers. */
export const IMPATIENT: Partial<ConvertOptions> = { store: { timeout: 2000, retryFor: 1000 } };

export const JOB: Pick<ConvertOptions, 'compression' | 'rowGroupSize' | 'fileSize'> = {
  compression: 'none',
  rowGroupSize: 2 << 20,
  fileSize: 64 << 20,
};

export function jobInput(): ConvertOptions['inputs'] {
  return [{ name: 'events', stream: Readable.from([SOURCE], { objectMode: true }) }];
}

type Files = ReadonlyMap<string, Buffer>;

let expected: Files = new Map();

/** Runs the job into a folder: what every run that commits has to equal. */
export async function runLocally(t: Cleaner): Promise<void> {
  const folder = tempFolder(t);
  await convert({ ...JOB, inputs: jobInput(), to: folder });
  expected = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(folder, file), readFileSync(file)]),
  );
}

export interface Outcome {
  report?: Report;
  error?: ImportError;
}

/**
 * Runs the job, and checks what must hold whatever happened.
 *
 * @param noteMayStay the run may be cut off while it removes its note of the commit, which then stays and does no harm
 */
export async function runToS3(
  t: Test,
  server: S3Server,
  endpoint: string = server.endpoint,
  options: Partial<ConvertOptions> = {},
  { noteMayStay = false }: { noteMayStay?: boolean } = {},
): Promise<Outcome> {
  const start = Date.now();
  const printed: string[] = [];
  const outcome = await convert({
    ...JOB,
    ...options,
    inputs: jobInput(),
    to: urlOf(server),
    store: optionsFor(endpoint, options.store),
  }).then(
    (report): Outcome => ({ report }),
    (error: unknown): Outcome => {
      if (!(error instanceof ImportError)) throw error;
      printed.push(failureJson(error), failureText(error, styleFor({}, false), true));
      return { error };
    },
  );
  printed.push(inspect(outcome, { depth: 20, showHidden: true, maxStringLength: null }));
  for (const secret of SECRETS) t.notOk(printed.join('\n').includes(secret), 'no secret is told');
  t.ok(Date.now() - start < DEADLINE_MS, 'within the deadline');
  const isNote = (name: string): boolean => noteMayStay && name.endsWith('.commit');
  const found = new Map([...filesOn(server)].filter(([name]) => !isNote(name)));
  if (outcome.report !== undefined) {
    t.equal(outcome.report.status, 'committed');
    t.ok(sameFiles(found, expected), 'committed, and equal to the local run');
  } else {
    t.match(outcome.error?.code, /^E_STORE_|^E_ABORTED/);
    t.ok(wholeDays(found), 'a day with _SUCCESS is whole');
  }
  const told = [...(outcome.report?.leftovers ?? []), ...(outcome.error?.leftovers ?? [])].join();
  for (const [id, { key }] of server.bucket.uploads) {
    t.ok(told.includes(id) || told.includes(`${key}, whose id`), `${id} of ${key} is named`);
  }
  return outcome;
}

/** Name below the prefix → bytes of what a server holds. */
export function filesOn(server: S3Server): Files {
  return new Map(
    [...server.bucket.objects].map(([key, { bytes }]) => [key.slice(PREFIX.length + 1), bytes]),
  );
}

/** Whether each day that has `_SUCCESS` is that of the local run. */
export function wholeDays(found: Files): boolean {
  return ['dt=2023-01-01/', 'dt=2023-01-02/'].every((day) => {
    const own = (files: Files): Files =>
      new Map([...files].filter(([name]) => name.startsWith(day)));
    return !found.has(`${day}_SUCCESS`) || sameFiles(own(found), own(expected));
  });
}

function sameFiles(a: Files, b: Files): boolean {
  return a.size === b.size && [...a].every(([name, bytes]) => b.get(name)?.equals(bytes));
}
