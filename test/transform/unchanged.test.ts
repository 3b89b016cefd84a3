// Events that user code returns unchanged give the same rows as without user code.

import fc from 'fast-check';
import { test } from 'tap';
import type { EventMapping } from '../../lib/mapping/types.ts';
import type { EventTransform } from '../../lib/transform/event.ts';
import { MAPPINGS, mappedSource, vendorSource } from '../support/generate.ts';
import { rounds } from '../support/rounds.ts';
import { firstDifference, type RunOptions, runConvert } from '../support/run-convert.ts';
import type { Cleaner } from '../support/temp.ts';

const identity: EventTransform = (event) => event;
const copy: EventTransform = (event) => [
  { ...event, identifiers: new Map(Object.entries(event.identifiers)) },
];

const options: fc.Arbitrary<RunOptions> = fc.record({
  insertId: fc.constantFrom('uuid', 'any', 'derive'),
  limits: fc.constantFrom('warn', 'reject', 'off'),
  identifiers: fc.constantFrom('map', 'json'),
  flatten: fc.boolean(),
});

const numRuns = rounds(1);
const several = (source: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc
    .array(source, { minLength: 5, maxLength: 8 })
    .map((parts) => Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')])));

async function compare(
  t: Cleaner,
  source: Buffer,
  given: RunOptions,
  transform: EventTransform,
): Promise<void> {
  // With a damaged first line such as `{}{}`, the file looks like a JSON document.
  const options: RunOptions = { ...given, format: 'ndjson' };
  const without = await runConvert(t, [source], options);
  const through = await runConvert(t, [source], { ...options, transform });
  // User code never gets a repeated name, so repetitions are counted before the event is known to be valid.
  through.warnings = { ...through.warnings, duplicate_key: without.warnings.duplicate_key ?? 0 };
  without.warnings = { ...without.warnings, duplicate_key: without.warnings.duplicate_key ?? 0 };
  // Where user code was in between, a message cannot name the input's own fields.
  for (const run of [through, without]) {
    run.rejects = run.rejects.map((reject) => ({ ...reject, message: '' }));
  }
  const difference = firstDifference(through, without);
  if (difference !== undefined) throw new Error(difference);
}

test('events that pass through unchanged are what they are without', async (t) => {
  await fc.assert(
    fc.asyncProperty(several(vendorSource), options, (source, options) =>
      compare(t, source, options, identity),
    ),
    { numRuns, endOnFailure: true },
  );
});

test('so are copies, through mappings', async (t) => {
  const mapping = fc.constantFrom(...(MAPPINGS as readonly EventMapping[]));
  await fc.assert(
    fc.asyncProperty(several(mappedSource), options, mapping, (source, options, mapping) =>
      compare(t, source, { ...options, mapping, insertId: 'derive' }, copy),
    ),
    { numRuns, endOnFailure: true },
  );
});
