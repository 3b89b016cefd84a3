// UUIDs: a regular expression and node:crypto's SHA-1 are the judges.
import fc from 'fast-check';
import { test } from 'tap';
import { validate } from '../../lib/record/validate.ts';
import { isUuid, uuidV5 } from '../reference/uuid.ts';
import { BUILDS, codeOf, scanLines } from '../support/batch.ts';
import { rounds } from '../support/rounds.ts';

const UUID = '8fb8e088-9245-4fce-BB87-7e09d9917ed6';

for (const { build, debug } of BUILDS) {
  test(`what is a UUID, ${build} kernel`, (t) => {
    const texts = ['', UUID.slice(1), `${UUID}0`, `{${UUID}}`, UUID.replaceAll('-', '')];
    for (let at = 0; at < UUID.length; at++) {
      for (const other of [...'0af9AFgG/:@`-_ ', '\u00e9']) {
        texts.push(UUID.slice(0, at) + other + UUID.slice(at + 1));
      }
    }
    const codes = scanLines(
      texts.map((text) => `{"insert_id":${JSON.stringify(text)}}`),
      { debug },
      codeOf,
      (batch) => validate(batch, { insertId: 'uuid' }),
    );
    const wrong = texts.filter((text, index) => {
      // A good one is missed for its event_key next.
      const expected =
        text === ''
          ? 'insert_id_missing'
          : isUuid(text)
            ? 'event_key_missing'
            : 'insert_id_invalid';
      return codes[index] !== expected;
    });
    t.strictSame(wrong, []);
    t.end();
  });

  test(`ids of texts of every length around the blocks of SHA-1, ${build} kernel`, (t) => {
    const lines = Array.from({ length: 400 }, (_, n) => `{"a":"${'x'.repeat(n)}"}`);
    const ids = scanLines(
      lines,
      { debug, insertId: 'derive' },
      (batch, row) => batch.scalar(row, 'insert_id').text,
    );
    t.strictSame(
      ids,
      lines.map((line) => uuidV5(line)),
    );
    t.end();
  });

  test(`ids of fields, ${build} kernel`, (t) => {
    const mapping = {
      insert_id: { derive: ['a', 'b.c', 'd'] },
      event_key: { const: 'k' },
      ts: 'ts',
      identifiers: { keys: { id: { const: '1' }, device_id: { const: '2' } } },
      platform_properties: { keys: { osname: { const: 'ios' }, appversion: { const: '1' } } },
    };
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string({ unit: 'binary' })), fc.nat(), (a, c, d) => {
        const [id] = scanLines(
          [JSON.stringify({ d, b: { c, x: 1 }, a })],
          { debug, mapping, insertId: 'derive' },
          (batch, row) => batch.scalar(row, 'insert_id').text,
        );
        return id === uuidV5([a, c ?? '', String(d)].join('\u001f'));
      }),
      { numRuns: rounds(8), endOnFailure: true },
    );
    t.pass('all agree');
    t.end();
  });
}
