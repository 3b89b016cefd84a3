// Times: Date is the judge.
import fc from 'fast-check';
import { test } from 'tap';
import type { TimeUnit } from '../../lib/record/modes.ts';
import { truncateTimestamps } from '../../lib/record/truncate-timestamps.ts';
import { readTimestamp } from '../reference/timestamp.ts';
import { BUILDS, codeOf, scanLines, timeOf } from '../support/batch.ts';
import { dateDigits, epoch, isoTime, logTime } from '../support/generate.ts';
import { rounds } from '../support/rounds.ts';

/** Reads values of `ts`, given as JSON. */
function readAll(values: string[], debug: boolean, unit: TimeUnit = 'auto'): (bigint | string)[] {
  return scanLines(
    values.map((value) => `{"ts":${value}}`),
    { debug },
    (batch, row) => (batch.codes[row] === 0 ? timeOf(batch, row) : codeOf(batch, row)),
    (batch) => truncateTimestamps(batch, { unit, timeZone: undefined }),
  );
}

const two = (value: number): string => String(value).padStart(2, '0');

for (const { build, debug } of BUILDS) {
  test(`days of every year, ${build} kernel`, (t) => {
    const texts: string[] = [];
    for (let year = 1; year <= 9999; year++) {
      const ends = ['01-01', '02-28', '02-29', '03-01', '12-31'];
      const some = `${two(1 + (year % 12))}-${two(1 + (year % 31))}`;
      for (const day of [...ends, some])
        texts.push(`${String(year).padStart(4, '0')}-${day}T12:34:56.789Z`);
    }
    const read = readAll(
      texts.map((text) => JSON.stringify(text)),
      debug,
    );
    const wrong = texts.filter((text, index) => {
      const date = new Date(text);
      // Date takes the 29th of February in any year for the 1st of March.
      const exists = !Number.isNaN(date.getTime()) && date.toISOString() === text;
      return read[index] !== (exists ? BigInt(date.getTime()) : 'ts_invalid');
    });
    t.equal(texts.length, 59_994);
    t.strictSame(wrong.slice(0, 9), []);
    t.end();
  });

  test(`random times agree with Date and BigInt, ${build} kernel`, (t) => {
    const text = fc.oneof(
      isoTime,
      logTime,
      epoch,
      dateDigits,
      fc.string({ unit: 'grapheme-ascii', maxLength: 24 }),
    );
    const garbled = fc
      .tuple(text, fc.nat(40), fc.string({ unit: 'grapheme-ascii', maxLength: 2 }))
      .map(([whole, at, piece]) => whole.slice(0, at) + piece + whole.slice(at + 1));
    const unit = fc.constantFrom<TimeUnit>('auto', 's', 'ms', 'us', 'ns', 'date');
    fc.assert(
      fc.property(
        fc.array(fc.oneof(text, text, garbled), { minLength: 500, maxLength: 500 }),
        unit,
        (texts, unit) => {
          const read = readAll(
            texts.map((each) => JSON.stringify(each)),
            debug,
            unit,
          );
          texts.forEach((each, index) => {
            const expected = each === '' ? 'ts_missing' : readTimestamp(each, { unit });
            if (read[index] !== expected)
              throw new Error(`${each} is ${read[index]}, not ${expected}`);
          });
        },
      ),
      { numRuns: rounds(10), endOnFailure: true },
    );
    t.pass('all agree');
    t.end();
  });

  test(`what is no time, ${build} kernel`, (t) => {
    const cases: [json: string, expected: bigint | string][] = [
      ['null', 'ts_missing'],
      ['""', 'ts_missing'],
      ['true', 'ts_invalid'],
      ['{}', 'ts_invalid'],
      ['[1672531262]', 'ts_invalid'],
      ['"2023-01-01"', 'ts_invalid'],
      ['"2023-01-01T24:00:00Z"', 'ts_invalid'],
      ['"2023-01-01T23:59:60Z"', 'ts_invalid'],
      ['"2023-13-01T00:00:00Z"', 'ts_invalid'],
      ['"2023-00-01T00:00:00Z"', 'ts_invalid'],
      ['"2023-01-00T00:00:00Z"', 'ts_invalid'],
      ['"1900-02-29T00:00:00Z"', 'ts_invalid'],
      ['"2000-02-29T00:00:00Z"', 951782400000n],
      ['"0000-06-01T00:00:00Z"', 'ts_out_of_range'],
      ['"0000-06-01T00:00:00ZZ"', 'ts_invalid'],
      ['"0001-01-01T00:00:00+00:01"', 'ts_out_of_range'],
      ['"9999-12-31T23:59:59.9999-00:01"', 'ts_out_of_range'],
      ['"9999-12-31T23:59:59.9999Z"', 253402300799999n],
      ['253402300800', 253402300800n],
      ['1e30', 'ts_out_of_range'],
      ['-62135596801', 'ts_out_of_range'],
      ['-0.0001', -1n],
      ['1672531262.3339999', 1672531262333n],
      ['"251E-2"', 2510n],
      [`"${'0'.repeat(300)}1.5"`, 1500n],
      [`0.${'0'.repeat(400)}1e401`, 1000n],
    ];
    const read = readAll(
      cases.map(([json]) => json),
      debug,
    );
    cases.forEach(([json, expected], index) => {
      t.equal(read[index], expected, json.slice(0, 60));
    });
    t.end();
  });
}
