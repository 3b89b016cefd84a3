/** Sections of `--help` and of the reference page, in their order. */
export const GROUPS = ['Files', 'Clouds', 'Events', 'Days', 'Rejects', 'Run'] as const;

/** One option: the checks, the flags, `--help` and docs/options.md are all made from this. */
export interface Option {
  group: (typeof GROUPS)[number];
  kind: Kind;
  /** The flag as commander writes it, `--row-group-size <size>`; absent: only the library has the option. */
  flag?: string;
  /** What the option means: a phrase without a capital or full stop, since `--help` shows it so. */
  sentence: string;
  /** The value where none is given. */
  default?: unknown;
  /** What happens where none is given and the default is not a constant. */
  otherwise?: string;
  /** What can go wrong, or what it costs: whole sentences. */
  danger?: string;
  required?: boolean;
}

/** Options by name. */
export type OptionTable = Readonly<Record<string, Option>>;

/** What an option takes: its type, range and unit, in words and as a check. */
export interface Kind {
  /** The words after "expected" in a message: `a whole number from 0 to 256`. */
  expected: string;
  /** Whether a JavaScript value has the type and is in the range. */
  accepts: (value: unknown) => boolean;
  /** The allowed values in few words, for `--help`; absent where they need none. */
  range?: string;
  /** How a flag gives such a value; absent where the flag's text is the value. */
  flag?: FlagText;
  /** Writes a valid value for a person. Default: as a string. */
  format?: (value: never) => string;
  /** Writes a wrong value into a message, where the value could contain a secret. */
  conceal?: (value: unknown) => string;
  /** The kind of each element of a list. */
  elements?: Kind;
  /** The options inside an object. */
  fields?: OptionTable;
}

/** How the text of a flag becomes the value of an option. */
export interface FlagText {
  expected: string;
  /**
   * Reads the text; undefined where it cannot be read. What it returns is then checked by the kind.
   *
   * @param before the value so far, of a flag that repeats
   */
  read: (text: string, before: unknown) => unknown;
  repeats?: boolean;
}
