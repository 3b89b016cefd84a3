import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { type Outcome, type Started, start } from '../support/command.ts';
import { eventsOfDays } from '../support/events.ts';
import { runHere } from '../support/run-here.ts';

const OLD = eventsOfDays(300, 3, 20);
/** Several files a day. */
const NEW = eventsOfDays(3000, 3, 300);
const FLAGS = ['--row-group-size', '64KiB', '--file-size', '64KiB', '--compression', 'none'];
const DAYS = ['2023-01-01', '2023-01-02', '2023-01-03'];

/** Where the days are: the client lists what the runs write. */
export interface Place {
  client: S3Client;
  bucket: string;
  prefix: string;
  endpoint: string;
  /** Gets the inputs. */
  folder: string;
}

/** What a day is after a run was killed: as before it, as it makes it, without `_SUCCESS`, or none of these. */
type State = 'old' | 'new' | 'incomplete' | 'wrong';

/** How many runs were killed, how many days they left in each state, and how many runs after them repaired that. */
export interface Kills {
  killed: number;
  days: Record<State, number>;
  repaired: number;
}

/**
 * Replaces complete days by runs that are killed at any moment. Each day is then as it was, has no `_SUCCESS`, or is the
 * new one; the same command run again gives the new days, and leaves nothing else.
 */
export async function killWhileReplacing(place: Place, kills: number): Promise<Kills> {
  const [old, whole] = [join(place.folder, 'old.ndjson'), join(place.folder, 'new.ndjson')];
  writeFileSync(old, OLD);
  writeFileSync(whole, NEW);
  const withOld = await replaced(place, old, '--allow-shrink');
  const withNew = await replaced(place, whole);
  const began = performance.now();
  await replace(place, whole).ended;
  const ms = performance.now() - began;
  const counts: Kills = {
    killed: 0,
    days: { old: 0, new: 0, incomplete: 0, wrong: 0 },
    repaired: 0,
  };
  for (let n = 0; n < kills; n++) {
    assert.deepEqual(await replaced(place, old, '--allow-shrink'), withOld);
    const run = replace(place, whole);
    await Promise.race([setTimeout((ms * (n + 0.5)) / kills), run.ended]);
    run.child.kill('SIGKILL');
    if ((await run.ended).signal !== 'SIGKILL') continue;
    counts.killed++;
    const found = await objects(place);
    for (const day of DAYS) {
      const state = stateOf(ofDay(found, day), ofDay(withOld, day), ofDay(withNew, day));
      assert.notEqual(state, 'wrong', `${day}, killed at ${n}`);
      counts.days[state]++;
    }
    assert.deepEqual(await replaced(place, whole), withNew, `repaired after ${n}`);
    counts.repaired++;
  }
  return counts;
}

const argsOf = (place: Place, input: string): string[] => {
  const to = `s3://${place.bucket}/${place.prefix}`;
  const target = ['--to', to, '--endpoint', place.endpoint, '--if-exists', 'replace'];
  return [input, ...target, ...FLAGS, '--threads', '0', '-q'];
};

const replace = (place: Place, input: string): Started => start(argsOf(place, input));

/** Runs to the end; resolves with what is there then. */
async function replaced(
  place: Place,
  input: string,
  ...flags: string[]
): Promise<Map<string, string>> {
  const { code, stderr }: Outcome = await runHere([...argsOf(place, input), ...flags]);
  assert.equal(code, 0, stderr);
  return objects(place);
}

/** Names below the prefix, and the hash of each object's bytes: none is uploaded in parts. */
async function objects({ client, bucket, prefix }: Place): Promise<Map<string, string>> {
  const { Contents = [] } = await client.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}/` }),
  );
  return new Map(
    Contents.map(({ Key = '', ETag = '' }) => [Key.slice(prefix.length + 1), ETag] as const),
  );
}

const ofDay = (files: ReadonlyMap<string, string>, day: string): Map<string, string> =>
  new Map([...files].filter(([name]) => name.startsWith(`dt=${day}/`)));

function stateOf(
  found: ReadonlyMap<string, string>,
  old: ReadonlyMap<string, string>,
  whole: ReadonlyMap<string, string>,
): State {
  const text = (files: ReadonlyMap<string, string>): string => JSON.stringify([...files].sort());
  if (text(found) === text(old)) return 'old';
  if (text(found) === text(whole)) return 'new';
  return [...found.keys()].some((name) => name.endsWith('/_SUCCESS')) ? 'wrong' : 'incomplete';
}
