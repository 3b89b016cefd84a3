// Lengths that the vendor limits are those of JavaScript strings: UTF-16 code units.
import fc from 'fast-check';
import { test } from 'tap';
import { limits } from '../../lib/record/limits.ts';
import { lowercaseKeys } from '../../lib/record/lowercase-keys.ts';
import { BUILDS, codeOf, scanLines } from '../support/batch.ts';
import { rounds } from '../support/rounds.ts';

/** Texts whose length in units is near a limit, whatever their length in bytes. */
const near = (limit: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.constantFrom('a', 'é', '한', '😀', '\u{10ffff}'), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: -2, max: 2 }),
    )
    .map(([pattern, more]) => {
      const unit = pattern.join('');
      const text = unit.repeat(Math.ceil((limit + 4) / unit.length));
      // Never half of a surrogate pair.
      return text.slice(0, limit + more).replace(/[\ud800-\udbff]$/, '');
    });

for (const { build, debug } of BUILDS) {
  test(`lengths in UTF-16 code units, ${build} kernel`, (t) => {
    const events = fc.array(fc.tuple(near(128), near(128), near(1024), near(512)), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(events, (events) => {
        const lines = events.map(([event_key, name, text, id]) =>
          JSON.stringify({ event_key, user_properties: { [name]: text }, identifiers: { id } }),
        );
        const codes = scanLines(lines, { debug }, codeOf, (batch) => {
          lowercaseKeys(batch);
          limits(batch, { limits: 'reject' });
        });
        events.forEach(([event_key, name, text, id], row) => {
          const expected =
            event_key.length > 128
              ? 'event_key_too_long'
              : name.length > 128
                ? 'property_key_too_long'
                : text.length > 1024
                  ? 'property_value_too_long'
                  : id.length > 512
                    ? 'identifier_value_length'
                    : 'ok';
          if (codes[row] !== expected)
            throw new Error(`${lines[row]} is ${codes[row]}, not ${expected}`);
        });
      }),
      { numRuns: rounds(15), endOnFailure: true },
    );
    t.pass('all agree');
    t.end();
  });
}
