// Options that only the command has, or that take more there, in the form of lib/options/table.ts.

import { isDay } from '../lib/options/day.ts';
import * as kinds from '../lib/options/kinds.ts';
import type { Kind, Option } from '../lib/options/option.ts';
import { OPTIONS } from '../lib/options/table.ts';

/** Name of an IANA time zone, as this Node knows it. */
const timeZone: Kind = {
  expected: 'an IANA time zone such as Asia/Seoul',
  accepts: (value) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: value as string });
      return true;
    } catch {
      return false;
    }
  },
};

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
    kind: timeZone,
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
