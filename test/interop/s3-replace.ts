import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { type Started, start } from '../support/command.ts';
import { eventsOfDays } from '../support/events.ts';

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
}

/** How many killed runs left the old days, the new ones, or days without `_SUCCESS`. */
export interface Kills {
  killed: number;
  allOld: number;
  allNew: number;
  incomplete: number;
}

/**
 * Replaces complete days by runs that are killed at any moment. Each day is then as it was, has no `_SUCCESS`, or is the
 * new one; the same command run again gives the new days, and leaves nothing else.
 */
export async function killWhileReplacing(place: Place, kills: number): Promise<Kills> {
  await replace(place, NEW).ended;
  const whole = await objects(place);
  const began = performance.now();
  await replace(place, NEW).ended;
  const ms = performance.now() - began;
  const counts: Kills = { killed: 0, allOld: 0, allNew: 0, incomplete: 0 };
  for (let n = 0; n < kills; n++) {
    const { code, stderr } = await replace(place, OLD, '--allow-shrink').ended;
    assert.equal(code, 0, stderr);
    const old = await objects(place);
    const run = replace(place, NEW);
    await Promise.race([setTimeout((ms * (n + 0.5)) / kills), run.ended]);
    run.child.kill('SIGKILL');
    if ((await run.ended).signal === 'SIGKILL') counts.killed++;
    const found = await objects(place);
    const states = DAYS.map((day) =>
      stateOf(ofDay(found, day), ofDay(old, day), ofDay(whole, day)),
    );
    assert.ok(!states.includes('wrong'), `killed at ${n}: ${states.join()}`);
    if (states.every((state) => state === 'old')) counts.allOld++;
    else if (states.every((state) => state === 'new')) counts.allNew++;
    else counts.incomplete++;
    const again = await replace(place, NEW).ended;
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(await objects(place), whole, `repaired after ${n}`);
  }
  return counts;
}

function replace(place: Place, events: string, ...flags: string[]): Started {
  const to = `s3://${place.bucket}/${place.prefix}`;
  const target = ['--to', to, '--endpoint', place.endpoint, '--if-exists', 'replace'];
  return start(['-', ...target, ...FLAGS, '--threads', '0', '-q', ...flags], { stdin: events });
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
): 'old' | 'new' | 'incomplete' | 'wrong' {
  const text = (files: ReadonlyMap<string, string>): string => JSON.stringify([...files].sort());
  if (text(found) === text(old)) return 'old';
  if (text(found) === text(whole)) return 'new';
  return [...found.keys()].some((name) => name.endsWith('/_SUCCESS')) ? 'wrong' : 'incomplete';
}
