// What a run leaves open, and whom it takes with it, when it fails before all of it has begun.
import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import { convert } from '../lib/convert.ts';
import { ndjson } from './support/events.ts';
import { openDescriptors } from './support/open-files.ts';
import { tempFolder } from './support/temp.ts';

test('a stream that breaks before its turn comes fails the run, not the process', async (t) => {
  const folder = tempFolder(t);
  const first = join(folder, 'first.ndjson');
  writeFileSync(first, ndjson({ id: 1 }));
  for (const threads of [0, 1]) {
    const stream = createReadStream(join(folder, 'missing'));
    const inputs = [first, { name: 'second', stream }];
    await t.rejects(convert({ inputs, to: join(folder, 'out'), threads }), {
      code: 'E_INPUT_NOT_FOUND',
      message: /^second: /,
    });
  }
});

test('an input that is refused for what it begins with is closed', async (t) => {
  const folder = tempFolder(t);
  const input = join(folder, 'utf16.ndjson');
  writeFileSync(input, Buffer.from(ndjson({ id: 1 }).repeat(10_000), 'utf16le'));
  for (const threads of [0, 1]) {
    const before = openDescriptors();
    await t.rejects(convert({ inputs: [input], to: join(folder, 'out'), threads }), {
      code: 'E_INPUT_FORMAT',
      message: /UTF-16/,
    });
    t.equal(openDescriptors(), before, `${threads} threads`);
  }
});

test('a place to write to that is refused leaves no threads', async (t) => {
  const folder = tempFolder(t);
  const input = join(folder, 'events.ndjson');
  writeFileSync(input, ndjson({ id: 1 }));
  const before = openDescriptors();
  await t.rejects(convert({ inputs: [input], to: 'ftp://somewhere', threads: 2 }), {
    code: 'E_UNSUPPORTED',
  });
  // A thread that starts has descriptors of its own.
  await setTimeout(200);
  t.equal(openDescriptors(), before);
});
