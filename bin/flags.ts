import { ImportError } from '../lib/errors.ts';
import { show } from '../lib/options/kinds.ts';
import type { Kind, Option } from '../lib/options/option.ts';
import { defaultText, optionRows } from '../lib/options/rows.ts';
import { OPTIONS } from '../lib/options/table.ts';
import { COMMAND_OPTIONS, type CommandValues } from './command-options.ts';

/** Values by name; those of options inside an object are in an object. */
type Values = Record<string, unknown>;

/** The values of flags, before they are looked at together. */
export interface FlagValues {
  /** Options of `convert`. */
  convert: Values;
  /** Options of the command itself. */
  command: Values & CommandValues;
}

/** One flag, made from the table of options. */
export interface Flag {
  /** As commander writes it: `-q, --quiet`, `--to <dir>`. */
  flags: string;
  group: string;
  help: string;
  /** May come several times; `set` is then called for each. */
  repeats: boolean;
  /** Reads the value, which is '' for a flag without one. @throws ImportError E_USAGE */
  set: (values: FlagValues, text: string, flag: string) => void;
}

/** An option that a flag sets, and where its value goes. */
interface Target {
  option: Option;
  path: readonly string[];
}

/** All flags of an import, in the order of `--help`. */
export const FLAGS: readonly Flag[] = flagsOf(optionRows({ ...OPTIONS, ...COMMAND_OPTIONS }));

/** Makes the flags of options. One flag may set several: `--endpoint` sets that of every cloud. */
export function flagsOf(targets: readonly Target[]): Flag[] {
  const byFlag = new Map<string, Target[]>();
  for (const target of targets) {
    const { flag } = target.option;
    if (flag !== undefined) byFlag.set(flag, [...(byFlag.get(flag) ?? []), target]);
  }
  return [...byFlag].map(([flags, all]) => {
    const { group, kind } = (all[0] as Target).option;
    return {
      flags,
      group: `${group}:`,
      help: all.map(({ option }) => helpOf(option)).join('; '),
      repeats: kind.flag?.repeats ?? false,
      set: (values, text, flag) => {
        for (const { path } of all) {
          const own = Object.hasOwn(COMMAND_OPTIONS, path[0] ?? '');
          const target = own ? values.command : values.convert;
          setAt(target, path, readFlag(kind, flag, text, valueAt(target, path)));
        }
      },
    };
  });
}

/** What `--help` says about an option: its meaning, range and default. */
function helpOf(option: Option): string {
  const { sentence, kind, required } = option;
  const value = defaultText(option);
  const notes = [
    kind.range,
    required ? 'required' : undefined,
    value === undefined ? undefined : `default: ${value}`,
    kind.flag?.repeats ? 'repeatable' : undefined,
  ].filter((note) => note !== undefined);
  return notes.length === 0 ? sentence : `${sentence} (${notes.join('; ')})`;
}

/** Reads the text of a flag as the kind says. @throws ImportError E_USAGE */
function readFlag(kind: Kind, flag: string, text: string, before: unknown): unknown {
  const value = kind.flag === undefined ? text : kind.flag.read(text, before);
  if (value !== undefined && kind.accepts(value)) return value;
  const expected = kind.flag?.expected ?? kind.expected;
  const got = (kind.conceal ?? show)(text);
  throw new ImportError('E_USAGE', `${flag}: expected ${expected}, got ${got}`);
}

/** Returns the value of an option inside objects; undefined where one of them is missing. */
export function valueAt(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (inner as Values | undefined)?.[name], values);
}

function setAt(values: Values, [name = '', ...inner]: readonly string[], value: unknown): void {
  if (inner.length === 0) {
    values[name] = value;
    return;
  }
  values[name] ??= {};
  setAt(values[name] as Values, inner, value);
}
