// Options that only the command has, or that take more there, in the form of lib/options/table.ts.

import { isDay } from '../lib/options/day.ts';
import * as kinds from '../lib/options/kinds.ts';
import { INSPECT_OPTIONS, STATUS_OPTIONS, VERIFY_OPTIONS } from '../lib/options/looks.ts';
import type { Kind, Option, OptionTable } from '../lib/options/option.ts';
import { OPTIONS } from '../lib/options/table.ts';

/** Whether a text means a day by the clock. */
export function isRelativeDay(text: string): boolean {
  return text === 'today' || text === 'yesterday';
}

/** A day, or a word for one that depends on the clock: bin/days.ts makes it a day. */
const dayOrWord: Kind = {
  expected: 'a date such as 2023-01-01, or yesterday or today',
  accepts: (value) => typeof value === 'string' && (isDay(value) || isRelativeDay(value)),
};

/** The values of these options. */
export interface CommandValues {
  fromCommand?: boolean;
  date?: string;
  from?: string;
  until?: string;
  tz?: string;
  rejects?: string;
  json?: boolean;
  quiet?: boolean;
  noColor?: boolean;
  debug?: boolean;
}

export const COMMAND_OPTIONS: Readonly<Record<keyof CommandValues, Option>> = {
  fromCommand: {
    group: 'Files',
    kind: kinds.yesOrNo,
    flag: '--from-command',
    sentence:
      'runs the command after -- at the end, reads its standard output, and commits only if it exits with 0',
  },
  from: { ...OPTIONS.from, kind: dayOrWord },
  until: { ...OPTIONS.until, kind: dayOrWord },
  date: {
    group: 'Days',
    kind: dayOrWord,
    flag: '--date <day>',
    sentence: 'only events of this UTC day: 2023-01-01, yesterday or today',
  },
  tz: {
    group: 'Days',
    kind: kinds.timeZone,
    flag: '--tz <zone>',
    sentence: 'zone whose clock says which day is yesterday and today, such as Asia/Seoul',
    otherwise: 'UTC',
  },
  rejects: {
    group: 'Rejects',
    kind: kinds.text('the name of a file'),
    flag: '--rejects <file>',
    sentence: 'file that gets every rejected event and its reason, as NDJSON',
  },
  json: {
    group: 'Run',
    kind: kinds.yesOrNo,
    flag: '--json',
    sentence: 'prints one JSON object with the result on stdout, errors as JSON on stderr',
  },
  quiet: {
    group: 'Run',
    kind: kinds.yesOrNo,
    flag: '-q, --quiet',
    sentence: 'no progress and no summary, only errors',
  },
  noColor: {
    group: 'Run',
    kind: kinds.yesOrNo,
    flag: '--no-color',
    sentence: 'no colours (also: NO_COLOR=1)',
  },
  debug: {
    group: 'Run',
    kind: kinds.yesOrNo,
    flag: '--debug',
    sentence: 'errors with their stack',
  },
};

const { json, noColor, debug } = COMMAND_OPTIONS;
/** Flags of every command that looks at what is there. */
const LOOK = { json, noColor, debug };
const DAYS = { from: { kind: dayOrWord }, until: { kind: dayOrWord } };

/** The flags of the commands that look at what an import wrote, by the command's name. */
export const LOOK_FLAGS: Readonly<Record<'verify' | 'inspect' | 'status', OptionTable>> = {
  verify: {
    ...VERIFY_OPTIONS,
    from: { ...VERIFY_OPTIONS.from, ...DAYS.from },
    until: { ...VERIFY_OPTIONS.until, ...DAYS.until },
    date: {
      ...COMMAND_OPTIONS.date,
      sentence: 'only this UTC day: 2023-01-01, yesterday or today',
    },
    tz: COMMAND_OPTIONS.tz,
    ...LOOK,
  },
  inspect: {
    ...INSPECT_OPTIONS,
    rowGroups: {
      group: 'Run',
      kind: kinds.yesOrNo,
      flag: '--row-groups',
      sentence: 'the row groups too, and the least and greatest values of the first one',
    },
    schema: {
      group: 'Run',
      kind: kinds.yesOrNo,
      flag: '--schema',
      sentence: 'the types of the columns too',
    },
    ...LOOK,
  },
  status: {
    ...STATUS_OPTIONS,
    from: { ...STATUS_OPTIONS.from, ...DAYS.from },
    until: { ...STATUS_OPTIONS.until, ...DAYS.until },
    ...LOOK,
  },
};
