import { Command, CommanderError, Option } from 'commander';
import { ImportError } from '../lib/errors.ts';
import { FLAGS, type Flag, type FlagValues } from './flags.ts';

const EXAMPLES = `Raw event logs in, Hackle Data Import's daily Parquet folders out.

Examples:
  hackle-import events.ndjson --to out             one file, in the vendor's own column names
  hackle-import 'logs/*.ndjson.gz' --to out        many files, gzip or zstd too
  zcat app.log.gz | hackle-import - --to out       standard input
  hackle-import app.ndjson --mapping app.json --to out --date yesterday --tz Asia/Seoul
  hackle-import export.zip --preset amplitude --to out
  hackle-import 's3://logs/2023/01/01/*.gz' --to gs://bucket/prefix
  hackle-import doctor gs://bucket/prefix          are the permissions right?
  hackle-import policy s3://bucket/prefix          what to grant
`;

/** What is said when there is nothing to do. */
export const SHORT_HELP: string = `${EXAMPLES}
All options: hackle-import --help
`;

const EXIT_CODES = `
SIZE is 64MiB, 64m (the same), 64MB (decimal) or bytes.
A _SUCCESS file is put into a day's folder only when all of the input was read and written.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not committed because of rejects, 130/143 stopped.
`;

/** What the command line asks for. */
export type CommandLine =
  | { kind: 'help' }
  | { kind: 'version' }
  | { kind: 'run'; inputs: string[]; flags: FlagValues };

function command(): { program: Command; options: Option[] } {
  const options = FLAGS.map(optionOf);
  const program = new Command('hackle-import')
    .usage('[INPUT…] --to DIR [options]')
    .argument('[input...]', 'files, patterns in quotes, or - for standard input')
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .exitOverride();
  for (const option of options) program.addOption(option);
  program.addOption(new Option('-V, --version', 'the version').helpGroup('Run:'));
  program.addHelpOption(new Option('-h, --help', 'this text').helpGroup('Run:'));
  return { program, options };
}

function optionOf({ flags, help, group, repeats }: Flag): Option {
  const option = new Option(flags, help).helpGroup(group);
  if (repeats) option.argParser<string[] | undefined>((text, before) => [...(before ?? []), text]);
  return option;
}

/** Everything there is to know, examples first. */
export function helpText(): string {
  return `${EXAMPLES}\n${command().program.helpInformation()}${EXIT_CODES}`;
}

/** What commander says is wrong, on one line. */
export function usageError({ message }: CommanderError, command: string): ImportError {
  const text = message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.+)\?\)$/, ', did you mean $1?');
  return new ImportError('E_USAGE', text, { hint: `All options: ${command} --help` });
}

/** @throws ImportError E_USAGE */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  // Help wins over everything, also over what is wrong.
  const before = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  if (before.some((word) => word === '-h' || word === '--help')) return { kind: 'help' };
  if (before.some((word) => word === '-V' || word === '--version')) return { kind: 'version' };

  const { program, options } = command();
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Such as -qh, which only the parser takes apart.
    if (error.code === 'commander.helpDisplayed') return { kind: 'help' };
    throw usageError(error, 'hackle-import');
  }
  const given = program.opts<Record<string, unknown>>();
  if (given.version === true) return { kind: 'version' };
  const known = new Set(options.flatMap(({ long, short }) => [long, short]));
  const flags: FlagValues = { convert: {}, json: false, quiet: false, debug: false, color: true };
  FLAGS.forEach((flag, index) => {
    const option = options[index] as Option;
    const name = option.long ?? flag.flags;
    const value = given[option.attributeName()];
    if (value === undefined || value === option.negate) return;
    for (const each of [value].flat()) {
      const text = typeof each === 'string' ? each : '';
      if (option.required && (text === '' || known.has(text))) {
        throw new ImportError(
          'E_USAGE',
          `${name}: expected a value, got ${text === '' ? 'an empty one' : `the flag ${text}`}`,
        );
      }
      flag.set(flags, text, name);
    }
  });
  return { kind: 'run', inputs: program.args, flags };
}
