import { type Command, Option } from 'commander';
import { ImportError } from '../lib/errors.ts';
import { OPTIONS } from '../lib/options/table.ts';
import type { CommandInput } from '../lib/source/command.ts';
import { commandWith, flagValues, parse } from './flag-parser.ts';
import { FLAGS, type FlagValues } from './flags.ts';
import { ownWords } from './own-words.ts';

const EXAMPLES = `Raw event logs in, Hackle Data Import's daily Parquet folders out.

Examples:
  hackle-import events.ndjson --to out             one file, in the vendor's own column names
  hackle-import logs 'old/*.ndjson.gz' --to out    folders and patterns, gzip or zstd too
  zcat app.log.gz | hackle-import - --to out       standard input
  hackle-import --to out --from-command -- zcat app.log.gz    committed only if zcat succeeds
  hackle-import app.ndjson --mapping app.json --to out --date yesterday --tz Asia/Seoul
  hackle-import export.zip --preset amplitude --to out
  hackle-import 's3://logs/2023/01/01/*.gz' --to gs://bucket/prefix
  hackle-import doctor gs://bucket/prefix          are the permissions right?
  hackle-import policy s3://bucket/prefix          what to grant
  hackle-import verify s3://bucket/prefix          are the days sound? see also inspect, status
`;

/** Printed where there is nothing to do. */
export const SHORT_HELP: string = `${EXAMPLES}
All options: hackle-import --help
`;

const EXIT_CODES = `
SIZE is 64MiB, 64m (the same), 64MB (decimal) or bytes.
A _SUCCESS file is put into a day's folder only when all of the input was read and written.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 rejects or missing events, 129/130/143 stopped;
of verify and status, 4: a fault was found.
`;

/** What the arguments ask for. */
export type CommandLine =
  | { kind: 'help' }
  | { kind: 'version' }
  | { kind: 'run'; inputs: NamedInput[]; flags: FlagValues };

/** An input as arguments name it: a file, a pattern, a URL, `-`, or a command to run. */
export type NamedInput = string | CommandInput;

function command(): Command {
  return commandWith('hackle-import', FLAGS)
    .usage(
      '[INPUT…] --to DIR [options]\n       hackle-import --to DIR [options] --from-command -- PROGRAM [ARGUMENT…]',
    )
    .argument('[input...]', OPTIONS.inputs.sentence)
    .addOption(new Option('-V, --version', 'the version').helpGroup('Run:'))
    .addHelpOption(new Option('-h, --help', 'this text').helpGroup('Run:'));
}

/** Returns the whole help, examples first. */
export function helpText(): string {
  return `${EXAMPLES}\n${command().helpInformation()}${EXIT_CODES}`;
}

/** Parses the arguments of an import. @throws ImportError E_USAGE */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  // Help wins over everything, even over arguments that are wrong.
  const before = ownWords(argv);
  if (before.some((word) => word === '-h' || word === '--help')) return { kind: 'help' };
  if (before.some((word) => word === '-V' || word === '--version')) return { kind: 'version' };

  const program = command();
  if (!parse(program, argv)) return { kind: 'help' };
  if (program.opts().version === true) return { kind: 'version' };
  const flags = flagValues(program, FLAGS);
  if (!flags.command.fromCommand) return { kind: 'run', inputs: program.args, flags };
  const words = argv.slice(before.length + 1);
  return { kind: 'run', inputs: [commandOf(words, program.args)], flags };
}

/** Returns the command to read from. @param args all arguments that are no flags @throws ImportError E_USAGE */
function commandOf(command: readonly string[], args: readonly string[]): CommandInput {
  const hint = 'For example: hackle-import --to out --from-command -- zcat events.ndjson.gz';
  const others = args.slice(0, args.length - command.length);
  if (command.length === 0 || command[0] === '') {
    throw new ImportError(
      'E_USAGE',
      '--from-command: expected -- and a command at the end, got none',
      { hint },
    );
  }
  if (others.length > 0) {
    throw new ImportError('E_USAGE', `--from-command: expected no other input, got ${others[0]}`, {
      hint,
    });
  }
  return { command };
}
