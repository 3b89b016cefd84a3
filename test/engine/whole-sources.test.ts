// Sources that one thread reads whole: many small ones, and compressed ones.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { convert } from '../../lib/convert.ts';
import type { ConvertOptions } from '../../lib/options/options.ts';
import type { RejectRecord } from '../../lib/report.ts';
import { sampleEvents } from '../support/big-source.ts';
import { filesIn } from '../support/folders.ts';
import { openDescriptors } from '../support/open-files.ts';
import { tempFolder } from '../support/temp.ts';
import { zipOf } from '../support/zip.ts';
import { counts, fingerprint, type Outcome } from './outcome.ts';

async function run(
  t: Test,
  inputs: string[],
  threads: number,
  options: Partial<ConvertOptions> = {},
): Promise<Outcome> {
  const folder = tempFolder(t);
  const rejects: RejectRecord[] = [];
  const report = await convert({
    inputs,
    to: folder,
    threads,
    maxRejects: '50%',
    rowGroupSize: 1 << 20,
    onReject: (reject) => void rejects.push(reject),
    ...options,
  });
  return { folder, report, rejects };
}

/** Events with a text that hardly compresses, so that the file is larger than a chunk. */
function bulky(events: number): Buffer {
  let state = 1;
  const noise = (): string =>
    Array.from({ length: 60 }, () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state.toString(36);
    }).join('');
  const lines = sampleEvents(events).toString().split('\n');
  return Buffer.from(
    lines.map((line) => line.replace(/^\{/, () => `{"noise":"${noise()}",`)).join('\n'),
  );
}

/** Writes files, and returns their paths in this order. */
function write(folder: string, files: Record<string, Uint8Array>): string[] {
  return Object.entries(files).map(([name, bytes]) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  });
}

t.test(
  'small files keep the order of their rejects, and give the same on any number of threads',
  async (t) => {
    const files: Record<string, Uint8Array> = {};
    for (let n = 0; n < 60; n++) {
      const events = sampleEvents(n % 7 === 0 ? 0 : 40 + 37 * n);
      const name = String(n).padStart(2, '0');
      if (n % 3 === 0) files[`${name}.ndjson`] = events;
      else if (n % 5 === 0)
        files[`${name}.gz`] = Buffer.concat([gzipSync(events), gzipSync('\n'), Buffer.alloc(9)]);
      else files[`${name}.gz`] = gzipSync(events);
    }
    const inputs = write(tempFolder(t), files);
    const before = openDescriptors();
    const inline = await run(t, inputs, 0);
    t.ok(inline.rejects.length > 500);
    for (const threads of [1, 2, 3]) {
      const other = await run(t, inputs, threads);
      t.strictSame(other.rejects, inline.rejects, `${threads} threads`);
      t.strictSame(counts(other.report), counts(inline.report));
      t.strictSame(await fingerprint(other.folder), await fingerprint(inline.folder));
    }
    t.equal(openDescriptors(), before);
  },
);

t.test('large compressed files, archives and plain files in any mixture', async (t) => {
  const [a, b] = [bulky(12_000), bulky(9_000)];
  const inputs = write(tempFolder(t), {
    'a.gz': gzipSync(a, { level: 1 }),
    'plain.ndjson': sampleEvents(9_000),
    'b.gz': gzipSync(b, { level: 1 }),
    'c.zip': zipOf([
      { name: 'x.ndjson', content: sampleEvents(4_000) },
      { name: 'y.ndjson', content: b },
      { name: 'z.ndjson', content: sampleEvents(10) },
    ]),
    'small.gz': gzipSync(sampleEvents(100)),
    'other.ndjson': a,
    'd.gz': gzipSync(a, { level: 1 }),
  });
  const inline = await run(t, inputs, 0);
  const sorted = ({ rejects }: Outcome): string[] =>
    rejects.map(({ source, line, offset, raw }) => `${source} ${line} ${offset} ${raw}`).sort();
  for (const threads of [2, 3]) {
    const [one, two] = [await run(t, inputs, threads), await run(t, inputs, threads)];
    t.strictSame(sorted(one), sorted(inline), `${threads} threads`);
    t.strictSame(counts(one.report), counts(inline.report));
    t.strictSame(await fingerprint(one.folder), await fingerprint(inline.folder));
    t.strictSame(filesIn(one.folder), filesIn(two.folder), 'the same bytes again');
    t.strictSame(one.rejects, two.rejects, 'in the same order');
  }
});

t.test('damage is named with its file, whoever reads it', async (t) => {
  const whole = gzipSync(sampleEvents(2_000));
  const large = gzipSync(bulky(9_000), { level: 1 });
  const damages: [string, Uint8Array, string][] = [
    ['small, cut', whole.subarray(0, -9), 'E_INPUT_TRUNCATED'],
    ['small, with more', Buffer.concat([whole, Buffer.from('x')]), 'E_INPUT_TRUNCATED'],
    ['small, changed', whole.map((byte, at) => (at === 5000 ? byte ^ 1 : byte)), 'E_INPUT_FORMAT'],
    [
      'small, wrong size',
      whole.map((byte, at) => (at === whole.length - 4 ? byte ^ 1 : byte)),
      'E_INPUT_FORMAT',
    ],
    ['large, cut', large.subarray(0, -9), 'E_INPUT_TRUNCATED'],
    [
      'large, with more',
      Buffer.concat([large, Buffer.alloc(3), Buffer.from('x')]),
      'E_INPUT_FORMAT',
    ],
    [
      'a tar archive',
      gzipSync(Buffer.concat([Buffer.alloc(257), Buffer.from('ustar'), Buffer.alloc(999)])),
      'E_INPUT_FORMAT',
    ],
  ];
  for (const [name, bytes, code] of damages) {
    const inputs = write(tempFolder(t), {
      'first.gz': gzipSync(sampleEvents(3_000)),
      'bad.gz': bytes,
      'last.gz': gzipSync(bulky(4_000)),
    });
    const before = openDescriptors();
    const errors = [];
    for (const threads of [0, 2]) {
      const error = await run(t, inputs, threads).catch((error: unknown) => error);
      t.match(error, { code, position: { source: inputs[1] } }, `${name}, ${threads} threads`);
      errors.push(error);
    }
    const [inline, threaded] = errors as { message: string; hint: string }[];
    t.equal(threaded?.message, inline?.message);
    t.equal(threaded?.hint, inline?.hint);
    t.equal(openDescriptors(), before);
  }
});
