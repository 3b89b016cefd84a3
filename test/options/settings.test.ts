// Options that no compiler has checked: told at once, before anything is read or overwritten.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { type ConvertOptions, convert } from '../../lib/index.ts';
import { inPackage } from '../support/command.ts';
import { tempFolder } from '../support/temp.ts';

test('what JavaScript may give in place of an option', async (t) => {
  const to = join(tempFolder(t), 'out');
  const inputs = [inPackage('samples/events.ndjson')];
  await convert({ inputs, to });
  const before = readdirSync(to, { recursive: true });
  const cases: [options: object, message: string][] = [
    [{ ifExists: 'ignore' }, 'ifExists: expected one of fail, skip, replace, got "ignore"'],
    [{ limits: true }, 'limits: expected one of warn, reject, off, got true'],
    [{ compression: 'lz4' }, 'compression: expected one of snappy, zstd, gzip, none, got "lz4"'],
    [{ to: undefined }, 'to: expected a folder, a URL or a store, got undefined'],
    [{ to: {} }, 'to: expected a folder, a URL or a store, got object'],
    [{ inputs: 'a.ndjson' }, 'inputs: expected a list, got "a.ndjson"'],
  ];
  for (const [options, message] of cases) {
    const given = { inputs, to, ...options } as ConvertOptions;
    await t.rejects(convert(given), { name: 'ImportError', code: 'E_USAGE', message }, message);
  }
  t.strictSame(readdirSync(to, { recursive: true }), before);
});
