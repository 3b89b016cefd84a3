// Every row of the table of options: the library and the command line refuse wrong values by name.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import { FLAGS, type FlagValues } from '../../bin/flags.ts';
import { type ConvertOptions, convert, ImportError } from '../../lib/index.ts';
import { checkOptions } from '../../lib/options/check.ts';
import { optionRows } from '../../lib/options/rows.ts';
import { OPTIONS } from '../../lib/options/table.ts';
import { inPackage } from '../support/command.ts';
import { rounds } from '../support/rounds.ts';
import { tempFolder } from '../support/temp.ts';
import { CASES, type OptionCase, type Type } from './cases.ts';

const INPUTS = [inPackage('samples/events.ndjson')];

/** Options with a value at a path: `csv.quote`. */
function optionsWith(path: readonly string[], value: unknown): object {
  return path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object;
}

function typeOf(value: unknown): Type {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : (typeof value as Type);
}

/** Values of every type, and numbers of every size. */
const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.integer({ min: -10, max: 300 }),
  fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
  fc.double(),
  fc.string(),
  fc.boolean(),
  fc.bigInt(),
  fc.array(fc.oneof(fc.integer(), fc.string())),
  fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string())),
  fc.constantFrom<unknown[]>(null, () => {}, new Date(0), Symbol('x'), Buffer.from('x'), new Map()),
);

/** Whether a value must be wrong: another type, or a number outside the range. */
function isWrong(value: unknown, { types, range }: OptionCase): boolean {
  if (!types.includes(typeOf(value))) return true;
  if (typeof value !== 'number' || range === undefined) return false;
  return !Number.isInteger(value) || value < range[0] || value > range[1];
}

/** What is wrong with the result of a wrong value; undefined where it is refused as it should be. */
async function fault(to: string, path: readonly string[], value: unknown): Promise<unknown> {
  const name = path.join('.');
  const given = { inputs: INPUTS, to, ...optionsWith(path, value) } as ConvertOptions;
  const error: unknown = await convert(given).catch((thrown: unknown) => thrown);
  if (!(error instanceof ImportError) || error.code !== 'E_USAGE') return error;
  const isNamed =
    error.message.startsWith(name) && /: (expected .*, got |there is no)/.test(error.message);
  return isNamed ? undefined : error;
}

test('every row has cases', (t) => {
  const rows = optionRows(OPTIONS).map(({ path }) => path.join('.'));
  t.strictSame(rows.toSorted(), Object.keys(CASES).toSorted());
  t.end();
});

for (const { path, option } of optionRows(OPTIONS)) {
  const name = path.join('.');
  const cases = CASES[name] as OptionCase;

  test(`${name}: wrong values are refused by name, and nothing is written`, async (t) => {
    const to = join(tempFolder(t), 'out');
    for (const value of cases.wrong) {
      t.equal(await fault(to, path, value), undefined, String(value));
    }
    await fc.assert(
      fc.asyncProperty(
        anyValue.filter((value) => isWrong(value, cases)),
        async (value) => (await fault(to, path, value)) === undefined,
      ),
      { numRuns: rounds(30), endOnFailure: true },
    );
    t.notOk(existsSync(to), 'nothing was written');
  });

  test(`${name}: right values are taken`, (t) => {
    for (const value of cases.right) {
      const given = { inputs: INPUTS, to: 'out', ...optionsWith(path, value) };
      t.doesNotThrow(() => checkOptions(OPTIONS, given), String(value));
    }
    t.end();
  });

  const { flag } = option;
  if (flag === undefined) continue;

  test(`${flag}: takes what the library takes`, (t) => {
    for (const text of cases.flagRight ?? []) {
      const { convert: given, command } = valuesOf(flag, text);
      if (Object.keys(command).length > 0) continue; // a day, which may be a word
      t.doesNotThrow(() => checkOptions(OPTIONS, { inputs: INPUTS, to: 'out', ...given }), text);
    }
    for (const text of cases.flagWrong ?? []) {
      t.throws(
        () => valuesOf(flag, text),
        { code: 'E_USAGE', message: /^--[a-z-]+: expected / },
        text,
      );
    }
    const { range } = cases;
    if (range === undefined) {
      t.end();
      return;
    }
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -2, max: 300 })), (number) => {
        return takes(flag, String(number)) === (number >= range[0] && number <= range[1]);
      }),
      { numRuns: rounds(100), endOnFailure: true },
    );
    t.end();
  });
}

/** The values that one flag gives. */
function valuesOf(flags: string, text: string): FlagValues {
  const values: FlagValues = { convert: {}, command: {} };
  const flag = FLAGS.find((each) => each.flags === flags);
  if (flag === undefined) throw new Error(`there is no flag ${flags}`);
  flag.set(values, text, flags.replace(/ .*/, ''));
  return values;
}

function takes(flags: string, text: string): boolean {
  try {
    valuesOf(flags, text);
    return true;
  } catch {
    return false;
  }
}
