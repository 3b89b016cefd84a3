import { CLOUDS } from '../../lib/store/clouds.ts';
import { FLAGS } from '../flags.ts';
import { type CommandArguments, parseArguments } from './arguments.ts';

/** Flags of every command about a bucket. */
const SHARED = ['--json', '--no-color', '--debug'];

/** A command about a bucket: its name, a sentence about it, and its flags besides the shared ones. */
interface BucketCommand {
  name: string;
  summary: string;
  flags: readonly string[];
}

/** Parses `URL [flags]`. @throws ImportError E_USAGE */
export function parseBucketCommand(
  argv: readonly string[],
  { name, summary, flags }: BucketCommand,
): CommandArguments {
  const names = [...flags, ...SHARED];
  const urls = CLOUDS.map(({ scheme }) => `${scheme}://bucket/prefix`).join(' or ');
  return parseArguments(argv, {
    name,
    summary,
    argument: ['<url>', urls],
    flags: FLAGS.filter((flag) => names.includes(flag.flags.replace(/ .*/, ''))),
  });
}
