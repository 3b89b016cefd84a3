// Hundreds of days mixed in one input: their rows wait in a temporary file, and nothing shows of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'tap';
import { convert } from '../../lib/convert.ts';
import { type Row, referenceConvert } from '../reference/convert.ts';
import { until } from '../support/command.ts';
import { testEnds } from '../support/ends.ts';
import { remainsIn } from '../support/folders.ts';
import { uuid } from '../support/ids.ts';
import { openFiles } from '../support/open-files.ts';
import { firstDayDifference, readOutput } from '../support/read-parquet.ts';
import { rounds } from '../support/rounds.ts';
import { tempFolder } from '../support/temp.ts';
import { eventOf } from '../support/write-parquet.ts';

const DAYS = 120;
const isLinux = process.platform === 'linux';

/** Events of all days in turn, about 400 bytes each; one in 97 is rejected. */
const lineOf = (n: number): string =>
  `${eventOf({
    insert_id: n % 97 === 5 ? 'none' : uuid(n),
    ts: new Date(Date.UTC(2023, 0, 1 + ((n * 7) % DAYS), 0, 0, n % 86_400, n % 1000)),
    metric_value: n / 8,
    event_properties: {
      Text: `${n} ${'한'.repeat(n % 50)}`,
      price: n % 13,
      big: 'x'.repeat(n % 4000 === 0 ? 70_000 : 1),
    },
    user_properties: n % 3 === 0 ? {} : { grade: `g${n % 5}`, seen: n % 2 === 0 },
  })}\n`;
const texts: string[] = [];

/** Chunks of a thousand events. Their texts are made once, their bytes anew, because threads take them. */
const chunksOf = (rows: number): Buffer[] =>
  Array.from({ length: Math.ceil(rows / 1000) }, (_, chunk) => {
    texts[chunk] ??= Array.from({ length: 1000 }, (_, n) => lineOf(1000 * chunk + n)).join('');
    return Buffer.from(texts[chunk]);
  });

const byId = (rows: Map<string, Row[]>): Map<string, Row[]> =>
  new Map(
    [...rows].map(([day, list]) => [
      day,
      list.toSorted((a, b) => (a.insert_id < b.insert_id ? -1 : 1)),
    ]),
  );

for (const identifiers of ['map', 'json'] as const) {
  // Both in campaigns; else each with one of them.
  for (const threads of rounds(1) > 1 ? [0, 2] : [identifiers === 'map' ? 2 : 0]) {
    test(`${threads} threads, identifiers as ${identifiers}: as the reference has it`, async (t) => {
      const chunks = chunksOf(30_000);
      const expected = referenceConvert(Buffer.concat(chunks), { identifiers });
      const folder = tempFolder(t);
      let rejects = 0;
      const report = await convert({
        inputs: [{ name: 'events', stream: Readable.from(chunks, { objectMode: true }) }],
        to: folder,
        onReject: () => {
          rejects++;
        },
        threads,
        identifiers,
        memory: 64 << 20,
        maxRejects: '100%',
      });
      t.match(report, {
        status: 'committed',
        rowsIn: 30_000,
        rowsWritten: expected.rowsIn - expected.rejects.length,
      });
      t.equal(rejects, expected.rejects.length);
      const rows = await readOutput(folder);
      // One thread keeps the order of a day's events.
      const [is, should] =
        threads === 0 ? [rows, expected.rows] : [byId(rows), byId(expected.rows)];
      t.equal(firstDayDifference(is, should), undefined);
    });
  }
}

for (const threads of [0, 2]) {
  test(`${threads} threads: a complete day is found with its first event`, async (t) => {
    const to = tempFolder(t);
    mkdirSync(join(to, 'dt=2023-01-02'));
    writeFileSync(join(to, 'dt=2023-01-02', '_SUCCESS'), '');
    const chunk = chunksOf(1000)[0] as Buffer;
    let given = 0;
    async function* chunks(): AsyncGenerator<Buffer> {
      for (; given < 1000; given++) {
        yield Buffer.from(chunk);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const running = convert({
      inputs: [{ name: 'events', stream: Readable.from(chunks(), { objectMode: true }) }],
      to,
      threads,
      maxRejects: '100%',
    });
    await t.rejects(running, { code: 'E_DAY_COMPLETE', message: /2023-01-02/ });
    t.ok(given < 500, `${given} chunks of 1,000 were read`);
    t.strictSame(remainsIn(to).success, ['dt=2023-01-02/_SUCCESS']);
    // Threads end soon after the run, and their files with them.
    if (isLinux) await until('their end', () => openFiles().length === 0);
  });
}

testEnds({
  written: 40_000 - Math.ceil((40_000 - 5) / 97),
  chunks: () => chunksOf(40_000),
  options: { maxRejects: '100%' },
  threads: [0, 2],
});
