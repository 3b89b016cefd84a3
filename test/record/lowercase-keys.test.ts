// Map keys in lower case: String.prototype.toLowerCase and Map are the judges.
import fc from 'fast-check';
import { test } from 'tap';
import { lowercaseKeys } from '../../lib/record/lowercase-keys.ts';
import { BUILDS, scanLines } from '../support/batch.ts';
import { rounds } from '../support/rounds.ts';

const key = fc.oneof(
  fc.constantFrom(
    'a',
    'A',
    'İ',
    'i̇',
    'ΑΣ',
    'ας',
    'ασ',
    'K',
    'k',
    'ẞ',
    'ß',
    'Ǆ',
    'ǅ',
    '𐐀',
    '𐐨',
    '',
    ' ',
  ),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);
const value = fc.oneof(fc.constant(null), fc.nat(9).map(String), fc.boolean());
const entries = fc.array(fc.tuple(key, value), { maxLength: 12 });

for (const { build, debug } of BUILDS) {
  test(`the last of equal keys wins at the place of the first, nulls go, ${build} kernel`, (t) => {
    fc.assert(
      fc.property(fc.array(entries, { minLength: 1, maxLength: 60 }), (maps) => {
        const lines = maps.map((map) => {
          const members = map.map(
            ([name, each]) => `${JSON.stringify(name)}:${JSON.stringify(each)}`,
          );
          return `{"user_properties":{${members.join()}},"identifiers":{"${'X'}":1,"x":null}}`;
        });
        const warnings = { duplicate: 0, nulls: 0 };
        const rows = scanLines(
          lines,
          { debug },
          (batch, row) =>
            (['user_properties', 'identifiers', 'event_properties'] as const).map((map) =>
              batch.entries(row, map).map(({ key, text }) => [key, text]),
            ),
          (batch) => {
            lowercaseKeys(batch);
            const { kernel } = batch;
            warnings.duplicate += batch.warnings[kernel.code('duplicate_key')] as number;
            warnings.nulls += batch.warnings[kernel.code('null_dropped')] as number;
          },
        );
        const expected = { duplicate: 0, nulls: 0 };
        maps.forEach((map, row) => {
          const last = new Map(map.map(([name, each]) => [name.toLowerCase(), each]));
          const kept = [...last].filter(([, each]) => each !== null);
          // The other map's X and x are one key, whose last value is null.
          expected.duplicate += map.length - last.size + 1;
          expected.nulls += last.size - kept.length + 1;
          const wanted = JSON.stringify([kept.map(([name, each]) => [name, String(each)]), [], []]);
          if (JSON.stringify(rows[row]) !== wanted) {
            throw new Error(`${lines[row]} gives ${JSON.stringify(rows[row])}, not ${wanted}`);
          }
        });
        return JSON.stringify(warnings) === JSON.stringify(expected);
      }),
      { numRuns: rounds(15), endOnFailure: true },
    );
    t.pass('all agree');
    t.end();
  });
}
