// metric_value: BigInt is the judge.
import fc from 'fast-check';
import { test } from 'tap';
import { metricValue } from '../../lib/record/metric-value.ts';
import { readMetric } from '../reference/decimal.ts';
import { BUILDS, codeOf, metricOf, scanLines } from '../support/batch.ts';
import { rounds } from '../support/rounds.ts';

/** Reads values of `metric_value`, given as JSON; also whether any was rounded, by the count. */
function readAll(values: string[], debug: boolean): { read: (bigint | string)[]; rounded: number } {
  let rounded = 0;
  const read = scanLines(
    values.map((value) => `{"metric_value":${value}}`),
    { debug },
    (batch, row) => (batch.codes[row] === 0 ? metricOf(batch, row) : codeOf(batch, row)),
    (batch) => {
      metricValue(batch);
      rounded += batch.warnings[batch.kernel.code('metric_value_rounded')] as number;
    },
  );
  return { read, rounded };
}

const LIMIT = 10n ** 24n;

for (const { build, debug } of BUILDS) {
  test(`every decimal(24,6) comes back, ${build} kernel`, (t) => {
    const unscaled = fc.oneof(
      fc.bigInt({ min: 1n - LIMIT, max: LIMIT - 1n }),
      fc
        .tuple(fc.nat(24), fc.integer({ min: -2, max: 2 }), fc.boolean())
        .map(([power, more, minus]) => {
          const value = 10n ** BigInt(power) + BigInt(more);
          const inside = value >= LIMIT ? LIMIT - 1n : value;
          return minus ? -inside : inside;
        }),
      fc.nat(79).map((bits) => (1n << BigInt(bits)) - 1n),
    );
    fc.assert(
      fc.property(fc.array(unscaled, { minLength: 300, maxLength: 300 }), (values) => {
        const texts = values.map((value) => {
          const digits = String(value < 0n ? -value : value).padStart(7, '0');
          return `${value < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
        });
        const { read, rounded } = readAll(texts, debug);
        values.forEach((value, index) => {
          if (read[index] !== value) throw new Error(`${texts[index]} is ${read[index]}`);
        });
        if (rounded > 0) throw new Error('something was rounded');
      }),
      { numRuns: rounds(10), endOnFailure: true },
    );
    t.pass('all came back');
    t.end();
  });

  test(`random numerals agree with BigInt, ${build} kernel`, (t) => {
    const digits = fc
      .array(fc.constantFrom(...'0123456789059'), { maxLength: 40 })
      .map((d) => d.join(''));
    const exponent = fc.oneof(
      fc.constant(''),
      fc.integer({ min: -70, max: 70 }).map((n) => `e${n}`),
      fc.constantFrom('E+0', 'e-999999', 'E99999999999', 'e', 'e+'),
    );
    const numeral = fc
      .tuple(
        fc.constantFrom('', '', '-', '+', '--', ' '),
        digits,
        fc.constantFrom('', '.', '.', '..', ','),
        digits,
        exponent,
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(numeral, { minLength: 500, maxLength: 500 }), (texts) => {
        const { read, rounded } = readAll(
          texts.map((text) => JSON.stringify(text)),
          debug,
        );
        let expectedRounded = 0;
        texts.forEach((text, index) => {
          const metric = readMetric(text);
          const expected = typeof metric === 'string' ? metric : metric.value;
          if (typeof metric === 'object' && metric.rounded) expectedRounded++;
          if (read[index] !== expected)
            throw new Error(`${text} is ${read[index]}, not ${expected}`);
        });
        if (rounded !== expectedRounded)
          throw new Error(`${rounded} rounded, not ${expectedRounded}`);
      }),
      { numRuns: rounds(10), endOnFailure: true },
    );
    t.pass('all agree');
    t.end();
  });

  test(`borders, ${build} kernel`, (t) => {
    const cases: [json: string, expected: bigint | string][] = [
      ['123456789012345678.123456', 123456789012345678123456n],
      ['-0.000001', -1n],
      ['-0', 0n],
      ['0.0000005', 1n],
      ['-0.0000005', -1n],
      ['0.00000049999', 0n],
      ['999999999999999999.999999', LIMIT - 1n],
      ['999999999999999999.9999995', 'metric_value_out_of_range'],
      ['1e18', 'metric_value_out_of_range'],
      ['1e17', 10n ** 23n],
      [`0.${'0'.repeat(5_000_000)}1e5000001`, 1_000_000n],
      [`${'1'.padEnd(5_000_000, '0')}e-4999999`, 1_000_000n],
      [`1${'0'.repeat(63)}1e-63`, 10_000_000n],
      ['"1_000"', 'metric_value_invalid'],
      ['"NaN"', 'metric_value_invalid'],
      ['"Infinity"', 'metric_value_invalid'],
      ['""', 'metric_value_invalid'],
      ['true', 'metric_value_invalid'],
      ['null', 0n],
      ['{}', 'metric_value_invalid'],
    ];
    const { read } = readAll(
      cases.map(([json]) => json),
      debug,
    );
    cases.forEach(([json, expected], index) => {
      t.equal(read[index], expected, json.slice(0, 60));
    });
    t.end();
  });
}
