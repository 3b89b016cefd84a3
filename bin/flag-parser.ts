import { Command, CommanderError, Option } from 'commander';
import { ImportError } from '../lib/errors.ts';
import type { Flag, FlagValues } from './flags.ts';

/** Makes a command with flags, which prints nothing and never ends the process by itself. */
export function commandWith(name: string, flags: readonly Flag[]): Command {
  const command = new Command(name)
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .exitOverride();
  for (const flag of flags) command.addOption(optionOf(flag));
  return command;
}

function optionOf({ flags, help, group, repeats }: Flag): Option {
  const option = new Option(flags, help).helpGroup(group);
  if (repeats) option.argParser<string[] | undefined>((text, before) => [...(before ?? []), text]);
  return option;
}

/** Parses arguments; returns false where they turn out to ask for help. @throws ImportError E_USAGE */
export function parse(command: Command, argv: readonly string[]): boolean {
  try {
    command.parse([...argv], { from: 'user' });
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Such as -qh, which only the parser takes apart.
    if (error.code === 'commander.helpDisplayed') return false;
    throw usageError(error, command.name());
  }
}

/** Puts what commander reports on one line. */
function usageError({ message }: CommanderError, command: string): ImportError {
  const text = message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.+)\?\)$/, ', did you mean $1?');
  return new ImportError('E_USAGE', text, { hint: `All options: ${command} --help` });
}

/** Reads the values of a parsed command, which was made with these flags. @throws ImportError E_USAGE */
export function flagValues(command: Command, flags: readonly Flag[]): FlagValues {
  const given = command.opts<Record<string, unknown>>();
  const known = new Set(command.options.flatMap(({ long, short }) => [long, short]));
  const values: FlagValues = { convert: {}, command: {} };
  flags.forEach((flag, index) => {
    const option = command.options[index] as Option;
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
      flag.set(values, text, name);
    }
  });
  return values;
}
