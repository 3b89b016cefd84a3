import { optionRows } from '../../lib/options/rows.ts';
import { CLOUDS } from '../../lib/store/clouds.ts';
import type { StoreOptions } from '../../lib/store/options.ts';
import { LOOK_FLAGS } from '../command-options.ts';
import { flagsOf } from '../flags.ts';
import { checkStoreFlags, storeOptions } from '../store-options.ts';
import type { CommandArguments } from './arguments.ts';
import { parseArguments } from './arguments.ts';

/** Exit code for a monitor: what was looked at has a fault. */
export const FAULT = 4;

/** The commands that look at what an import wrote. */
export type LookName = keyof typeof LOOK_FLAGS;

const WHERE: Readonly<Record<LookName, readonly [name: string, words: string]>> = {
  verify: ['<url>', `folder, or ${urls('prefix')}, that has the days; or the folder of a day`],
  inspect: ['<file>', `Parquet file, or ${urls('key')}`],
  status: ['<url>', `folder, or ${urls('prefix')}, that has the days`],
};

function urls(what: string): string {
  return CLOUDS.map(({ scheme }) => `${scheme}://bucket/${what}`).join(' or ');
}

/** Parses the arguments of a command that looks. @throws ImportError E_USAGE */
export function parseLook(
  argv: readonly string[],
  name: LookName,
  summary: string,
): CommandArguments {
  const flags = flagsOf(optionRows(LOOK_FLAGS[name]));
  return parseArguments(argv, { name, summary, argument: WHERE[name], flags });
}

/** Returns how the place that is looked at is reached. @throws ImportError E_USAGE */
export function lookStore({ argument, flags }: CommandArguments & { kind: 'run' }): {
  store?: StoreOptions;
} {
  checkStoreFlags(flags.convert, [argument]);
  const store = storeOptions(flags.convert, argument);
  return store === undefined ? {} : { store };
}
