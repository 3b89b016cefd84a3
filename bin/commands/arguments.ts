import { commandWith, flagValues, parse } from '../flag-parser.ts';
import type { Flag, FlagValues } from '../flags.ts';

/** A command with one argument: its name, a sentence about it, and its flags. */
export interface CommandShape {
  name: string;
  summary: string;
  /** What the argument is: `<url>`, and a few words. */
  argument: readonly [name: string, words: string];
  flags: readonly Flag[];
}

/** What the arguments ask for. */
export type CommandArguments =
  | { kind: 'help'; text: string }
  | { kind: 'run'; argument: string; flags: FlagValues };

/** Parses `ARGUMENT [flags]`. @throws ImportError */
export function parseArguments(argv: readonly string[], shape: CommandShape): CommandArguments {
  const flags = shape.flags.map((flag) => ({ ...flag, group: 'Options:' })); // too few for groups
  const program = commandWith(`hackle-import ${shape.name}`, flags)
    .description(shape.summary)
    .argument(...shape.argument);
  if (argv.some((word) => word === '-h' || word === '--help') || !parse(program, argv)) {
    return { kind: 'help', text: program.helpInformation() };
  }
  return { kind: 'run', argument: program.args[0] ?? '', flags: flagValues(program, flags) };
}
