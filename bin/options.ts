import { now } from '../lib/clock.ts';
import { ImportError } from '../lib/errors.ts';
import type { ConvertOptions } from '../lib/options/options.ts';
import { checkTogether, type Naming } from '../lib/options/rules.ts';
import { OPTIONS } from '../lib/options/table.ts';
import type { NamedInput } from './command-line.ts';
import { daysOf } from './days.ts';
import type { FlagValues } from './flags.ts';
import { checkStoreFlags, storeOptions } from './store-options.ts';

/** Messages name options by their flags. */
const BY_FLAG: Naming = {
  of: (option) => OPTIONS[option].flag?.replace(/ .*/, '') ?? option,
  bothDays: '--date, or both --from and --until',
};

/** Looks at the flags together, and makes the library's options of them. @throws ImportError E_USAGE */
export function convertOptions(
  inputs: readonly NamedInput[],
  { convert, command }: FlagValues,
  at: number = now(),
): ConvertOptions {
  if (convert.to === undefined) {
    throw new ImportError('E_USAGE', 'expected --to DIR, where the days go, got none', {
      hint: 'For example: hackle-import events.ndjson --to out. All options: hackle-import --help',
    });
  }
  const store = storeOptions(convert, convert.to, inputs);
  const options = {
    ...convert, // each value was checked by its kind
    ...daysOf(command, at),
    ...(store !== undefined && { store }),
    inputs,
  } as unknown as ConvertOptions;
  checkTogether(options, BY_FLAG);
  checkStoreFlags(convert, [convert.to, ...inputs]);
  return options;
}
