// Random events through the whole program, compared value by value with the reference.
import fc from 'fast-check';
import { test } from 'tap';
import {
  type ReferenceOptions,
  type ReferenceReject,
  referenceConvert,
} from './reference/convert.ts';
import type { ReferenceMapping } from './reference/mapping.ts';
import { MAPPINGS, mappedSource, vendorSource } from './support/generate.ts';
import { firstDayDifference, readOutput } from './support/read-parquet.ts';
import { rounds } from './support/rounds.ts';
import { type RunOptions, run, useKernel } from './support/run.ts';
import { type Cleaner, tempFolder } from './support/temp.ts';

function shortened(text: string): string {
  return text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
}

/** How a reject compares: the white space around an event, or the rest of too long a line, may be shown or not. */
function comparable(reject: ReferenceReject | undefined): object | undefined {
  if (reject === undefined) return undefined;
  const { line, offset, code, raw } = reject;
  return { line, offset, code, raw: code === 'line_too_long' ? '' : raw.trim() };
}

/** Throws where the program's output is not the reference's. */
async function compare(t: Cleaner, source: Buffer, options: RunOptions = {}): Promise<void> {
  const folder = tempFolder(t);
  const expected = referenceConvert(source, options);
  const { report, rejects } = await run([source], folder, options);
  const check = (what: string, actual: unknown, wanted: unknown): void => {
    const [is, should] = [JSON.stringify([actual]), JSON.stringify([wanted])];
    if (is !== should) throw new Error(`${what}: ${shortened(is)} instead of ${shortened(should)}`);
  };
  for (let at = 0; at < Math.max(rejects.length, expected.rejects.length); at++) {
    check('reject', comparable(rejects[at]), comparable(expected.rejects[at]));
  }
  const difference = firstDayDifference(await readOutput(folder), expected.rows);
  if (difference !== undefined) throw new Error(difference);
  const { rowsIn, rowsWritten, rowsRejected, rowsFiltered } = report;
  check(
    'counts',
    { rowsIn, rowsWritten, rowsRejected, rowsFiltered },
    {
      rowsIn: expected.rowsIn,
      rowsWritten: expected.rowsWritten,
      rowsRejected: expected.rejects.length,
      rowsFiltered: expected.rowsFiltered,
    },
  );
  check('warnings', sorted(report.warnings), sorted(expected.warnings));
  check('bytes in', report.bytesIn, source.length);
}

function sorted(counts: Partial<Record<string, number>>): [string, number | undefined][] {
  return Object.entries(counts)
    .filter(([, count]) => count !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

const recordOptions: fc.Arbitrary<ReferenceOptions> = fc.record({
  insertId: fc.constantFrom('uuid', 'any', 'derive'),
  limits: fc.constantFrom('warn', 'reject', 'off'),
  identifiers: fc.constantFrom('map', 'map', 'map', 'json'),
  flatten: fc.boolean(),
  from: fc.constantFrom(undefined, undefined, '2023-01-02'),
  until: fc.constantFrom(undefined, undefined, '2023-01-02'),
  // Half of the generated times are of 1970 and before.
  anyDay: fc.constantFrom(true, true, false),
  maxLine: fc.constantFrom(undefined, undefined, undefined, 700),
});

for (const build of ['release', 'debug']) {
  test(`${build} kernel: random events of the vendor agree with the reference`, (t) => {
    useKernel(t, build);
    return fc.assert(
      fc.asyncProperty(vendorSource, recordOptions, (source, options) =>
        compare(t, source, options),
      ),
      { numRuns: rounds(4) },
    );
  });

  test(`${build} kernel: so do events that go through mappings`, (t) => {
    useKernel(t, build);
    // `insertId` is given: what a mapping's derivation means without it is the program's default.
    const mapping: fc.Arbitrary<ReferenceMapping> = fc.constantFrom(...MAPPINGS);
    return fc.assert(
      fc.asyncProperty(mappedSource, recordOptions, mapping, (source, options, mapping) =>
        compare(t, source, { ...options, mapping, insertId: 'derive' }),
      ),
      { numRuns: rounds(4) },
    );
  });
}
