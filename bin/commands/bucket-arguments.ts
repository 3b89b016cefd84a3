import { CLOUDS } from '../../lib/store/clouds.ts';
import { commandWith, flagValues, parse } from '../flag-parser.ts';
import { FLAGS, type FlagValues } from '../flags.ts';

/** Flags of every command about a bucket. */
const SHARED = ['--json', '--no-color', '--debug'];

/** A command about a bucket: its name, a sentence about it, and its flags besides the shared ones. */
interface BucketCommand {
  name: string;
  summary: string;
  flags: readonly string[];
}

/** What the arguments ask for. */
type BucketArguments =
  | { kind: 'help'; text: string }
  | { kind: 'run'; url: string; flags: FlagValues };

/** Parses `URL [flags]`. @throws ImportError E_USAGE */
export function parseBucketCommand(
  argv: readonly string[],
  command: BucketCommand,
): BucketArguments {
  const names = [...command.flags, ...SHARED];
  const flags = FLAGS.filter(({ flags }) => names.includes(flags.replace(/ .*/, ''))).map(
    (flag) => ({ ...flag, group: 'Options:' }), // too few for groups
  );
  const program = commandWith(`hackle-import ${command.name}`, flags)
    .description(command.summary)
    .argument('<url>', CLOUDS.map(({ scheme }) => `${scheme}://bucket/prefix`).join(' or '));
  if (argv.some((word) => word === '-h' || word === '--help') || !parse(program, argv)) {
    return { kind: 'help', text: program.helpInformation() };
  }
  return { kind: 'run', url: program.args[0] ?? '', flags: flagValues(program, flags) };
}
