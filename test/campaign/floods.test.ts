// Events that are made to cost much: keys that one hash puts into one place, and maps of very many keys.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import tap, { test } from 'tap';
import type { Usage } from '../../bench/usage.ts';
import type { Report } from '../../lib/report.ts';
import { inPackage, jsonOf, start } from '../support/command.ts';
import { eventLine } from '../support/events.ts';
import { hashOf, secretsOf } from '../support/hash.ts';
import { tempFolder } from '../support/temp.ts';
import { type Figures, reportFigures } from './tally.ts';

const USAGE = pathToFileURL(inPackage('dist/bench/usage.js')).href;
/** Of the processor, with the start of the program, on a machine that is busy: a run takes half of one. */
const MOST_SECONDS = 2;
/** Most members of an event, all columns and maps together. */
const MOST_KEYS = 32_768;
const MANY = 100_000;

/** A seed of the kernel's hash for which ASCII keys collide: four bytes of the first secret are letters or digits. */
function findSeed(): string {
  for (let n = 0; ; n++) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(secretsOf(`flood ${n}`)[0]);
    if (/^\w{4}/.test(bytes.toString('latin1'))) return `flood ${n}`;
  }
}

/**
 * Keys of 16 bytes with one hash. A hash multiplies the halves of each word, after it is mixed with a secret: where one
 * half becomes 0, the other one does not count.
 */
function collidingKeys(count: number, seed: string): string[] {
  const first = Buffer.alloc(8);
  first.writeBigUInt64LE(secretsOf(seed)[0]);
  const half = first.toString('latin1', 0, 4);
  return Array.from(
    { length: count },
    (_, n) => `${half}${n.toString(36).padStart(4, '0')}the same`,
  );
}

const propertiesOf = (keys: readonly string[]): Record<string, number> =>
  Object.fromEntries(keys.map((key, n) => [key, n]));

const seed = findSeed();
const colliding = collidingKeys(MANY, seed);
const plain = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, n) => `property_${from + n}`);

const FLOODS: Readonly<Record<string, { lines: () => string[]; rejected: number }>> = {
  'an event with 100,000 colliding keys': {
    lines: () => [eventLine({ properties: propertiesOf(colliding) })],
    rejected: 1,
  },
  'four events with 32,000 colliding keys each': {
    lines: () =>
      Array.from({ length: 4 }, (_, id) =>
        eventLine({ id, properties: propertiesOf(colliding.slice(0, 32_000)) }),
      ),
    rejected: 0,
  },
  'an event with as many keys as are taken': {
    lines: () => [eventLine({ properties: propertiesOf(plain(MOST_KEYS - 20)) })],
    rejected: 0,
  },
  'an event with 300,000 keys': {
    lines: () => [eventLine({ properties: propertiesOf(plain(300_000)) })],
    rejected: 1,
  },
  '500 events with 300 new keys each': {
    lines: () =>
      Array.from({ length: 500 }, (_, id) =>
        eventLine({ id, properties: propertiesOf(plain(300, 300 * id)) }),
      ),
    rejected: 0,
  },
};

const rows: Figures[] = [];

test('the keys collide for one who knows the seed', async (t) => {
  t.equal(new Set(colliding.map((key) => hashOf(key, secretsOf(seed)))).size, 1);
  t.equal(new Set(colliding).size, MANY);
});

for (const [flood, { lines, rejected }] of Object.entries(FLOODS)) {
  test(flood, async (t) => {
    const folder = tempFolder(t);
    const [input, usage] = [join(folder, 'in.ndjson'), join(folder, 'usage.json')];
    const events = lines();
    writeFileSync(input, `${events.join('\n')}\n`);
    const outcome = await start(
      [
        input,
        '--to',
        join(folder, 'out'),
        '--json',
        '--max-rejects',
        '100%',
        '--threads',
        '0',
        '--allow-empty',
      ],
      { env: { NODE_OPTIONS: `--import ${USAGE}`, HACKLE_BENCH_USAGE: usage } },
    ).ended;
    t.equal(outcome.code, 0, outcome.stderr);
    const { rowsIn, rowsRejected, rejects } = jsonOf<Report>(outcome);
    t.match({ rowsIn, rowsRejected }, { rowsIn: events.length, rowsRejected: rejected });
    if (rejected > 0) t.match(rejects, { too_many_keys: rejected });
    const { userSeconds, systemSeconds, peakRss } = JSON.parse(
      readFileSync(usage, 'utf8'),
    ) as Usage;
    const seconds = userSeconds + systemSeconds;
    t.ok(seconds < MOST_SECONDS, `${seconds} s of processor time`);
    rows.push({
      flood,
      'MB of input': Number((events.join().length / 1e6).toFixed(1)),
      rejected: rowsRejected,
      'CPU seconds': Number(seconds.toFixed(2)),
      'peak RSS, MiB': Math.round(peakRss / 2 ** 20),
    });
  });
}

tap.teardown(() => reportFigures('floods', 'Events that are made to cost much', rows));
