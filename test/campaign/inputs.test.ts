// An input that another process changes while the command reads it.
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import tap, { test } from 'tap';
import { Random } from '../../bench/random.ts';
import { start } from '../support/command.ts';
import { eventsOfDays } from '../support/events.ts';
import { namesIn } from '../support/folders.ts';
import { readFileWithHyparquet } from '../support/read-parquet.ts';
import { rounds, SEED } from '../support/rounds.ts';
import { tempFolder } from '../support/temp.ts';
import { zipOf } from '../support/zip.ts';
import { type Figures, reportFigures, sumOf } from './tally.ts';

const EVENTS = eventsOfDays(4000, 2, 600);
const half = EVENTS.indexOf('\n', EVENTS.length >> 1) + 1;

/** How the events are in the file, and the flags of the run. */
const FORMS: Readonly<Record<string, { make: (events: string) => Uint8Array; flags: string[] }>> = {
  plain: { make: (events) => Buffer.from(events), flags: ['--threads', '0'] },
  threads: { make: (events) => Buffer.from(events), flags: ['--threads', '2'] },
  gzip: { make: (events) => gzipSync(events, { level: 1 }), flags: ['--threads', '0'] },
  ZIP: {
    make: (events) => zipOf([{ name: 'events.ndjson', content: Buffer.from(events) }]),
    flags: ['--threads', '0'],
  },
};

type Change = (file: string, other: string) => void;

/** `other` is the file of other events. */
const CHANGES: Readonly<Record<string, Change>> = {
  appended: (file, other) => appendFileSync(file, readFileSync(other)),
  'cut off': (file) => truncateSync(file, half >> 2),
  emptied: (file) => truncateSync(file, 0),
  replaced: (file, other) => {
    copyFileSync(other, `${file}.new`);
    renameSync(`${file}.new`, file);
  },
  overwritten: (file, other) => writeFileSync(file, readFileSync(other)),
  removed: (file) => renameSync(file, `${file}.old`),
};

const random = new Random(SEED);
const rows: Figures[] = [];

for (const [form, { make, flags }] of Object.entries(FORMS)) {
  test(`${form}: a changing input`, async (t) => {
    const folder = tempFolder(t);
    const [first, other] = [join(folder, 'first'), join(folder, 'other')];
    writeFileSync(first, make(EVENTS));
    writeFileSync(other, make(EVENTS.slice(half)));
    const run = (file: string, to: string): ReturnType<typeof start> =>
      start([file, '--to', join(folder, to), '--json', ...flags]);
    const began = performance.now();
    await run(first, 'a').ended;
    const ms = performance.now() - began;
    await run(other, 'b').ended;
    const both = join(folder, 'both');
    writeFileSync(both, Buffer.concat([readFileSync(first), readFileSync(other)]));
    // Two ZIP archives, one after the other, are none.
    await run(both, 'c').ended;
    const wanted: string[] = [];
    for (const to of ['a', 'b', 'c']) wanted.push(await idsIn(join(folder, to)));
    const count = { changes: 0, refused: 0, committed: 0, 'wrong sets': 0, 'other errors': 0 };
    for (let n = 0; n < rounds(0.8); n++) {
      const name = Object.keys(CHANGES)[n % Object.keys(CHANGES).length] as string;
      const file = join(folder, `input-${n}`);
      copyFileSync(first, file);
      const { ended } = run(file, `out-${n}`);
      await setTimeout((random.below(1000) / 1000) * ms);
      CHANGES[name]?.(file, other);
      const { code, signal, stderr } = await ended;
      count.changes++;
      if (code === 0) {
        count.committed++;
        // It changed before the run looked at it, or after it had been read.
        const found = await idsIn(join(folder, `out-${n}`));
        if (!wanted.includes(found)) count['wrong sets']++;
        t.ok(wanted.includes(found), `${name}: committed is the file before, or after`);
      } else if (code === 3 || /"E_INPUT_(CHANGED|TRUNCATED|FORMAT|NOT_FOUND)"/.test(stderr)) {
        count.refused++;
        t.notOk(namesIn(join(folder, `out-${n}`)).some((path) => path.endsWith('_SUCCESS')));
      } else {
        count['other errors']++;
        t.fail(`${name}: ${signal ?? code} ${stderr}`);
      }
    }
    rows.push({ form, ...count });
  });
}

tap.teardown(() =>
  reportFigures('inputs', 'An input that changes while it is read', [...rows, sumOf(rows)]),
);

/** A hash of the ids of all events in a folder. */
async function idsIn(folder: string): Promise<string> {
  const ids: string[] = [];
  for (const name of namesIn(folder).filter((each) => each.endsWith('.parquet'))) {
    ids.push(...(await readFileWithHyparquet(join(folder, name))).map((row) => row.insert_id));
  }
  return createHash('sha256').update(ids.sort().join()).digest('hex');
}
