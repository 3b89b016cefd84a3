// Options of verify, inspect, status and readDay, which look at what an import wrote.

import type {
  InspectOptions,
  ReadDayOptions,
  StatusOptions,
  VerifyOptions,
} from '../verify/options.ts';
import * as kinds from './kinds.ts';
import type { Kind, Option } from './option.ts';
import { readShare } from './share.ts';
import { OPTIONS } from './table.ts';

const MOST_ROWS = 1_000_000;

const share: Kind = {
  expected: 'true, false, or a share such as "5%"',
  accepts: (value) => readShare(value) !== undefined,
  range: 'all of them, or a share such as 5%',
  flag: { expected: 'a share such as 5%', read: (text) => (text === '' ? true : text) },
};

const month: Kind = {
  expected: 'a month such as 2023-01',
  accepts: (value) => typeof value === 'string' && kinds.day.accepts(`${value}-01`),
};

const clock: Kind = {
  expected: 'a time of day such as 13:00',
  accepts: (value) => typeof value === 'string' && /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(value),
};

const days = {
  from: { ...OPTIONS.from, sentence: 'only this UTC day and later ones' },
  until: { ...OPTIONS.until, sentence: 'only days up to this UTC day, itself included' },
};
const { store } = OPTIONS;

/** Options of `verify`. */
export const VERIFY_OPTIONS: Readonly<Record<keyof VerifyOptions, Option>> = {
  ...days,
  deep: {
    group: 'Run',
    kind: share,
    flag: '--deep [share]',
    sentence: 'reads the values too, and looks for insert_ids that come twice on a day',
    default: false,
    danger:
      'Reads all bytes of the files. Of a share, insert_ids are compared within the share only.',
  },
  dedupeMemory: {
    ...OPTIONS.dedupeMemory,
    sentence: 'memory for the insert_ids of a day that deep compares; the rest goes to disk',
  },
  onDay: { group: 'Run', kind: kinds.callback, sentence: 'called with each day, in their order' },
  store,
};

/** Options of `inspect`. */
export const INSPECT_OPTIONS: Readonly<Record<keyof InspectOptions, Option>> = {
  rows: {
    group: 'Run',
    kind: kinds.whole({ least: 0, most: MOST_ROWS }),
    flag: '--rows <n>',
    sentence: 'the first n rows too',
    default: 0,
  },
  pages: {
    group: 'Run',
    kind: kinds.yesOrNo,
    flag: '--pages',
    sentence: 'the pages of each column too, which reads the whole file',
    default: false,
  },
  store,
};

/** Options of `status`. */
export const STATUS_OPTIONS: Readonly<Record<keyof StatusOptions, Option>> = {
  ...days,
  month: {
    group: 'Days',
    kind: month,
    flag: '--month <month>',
    sentence: 'only the days of this month, such as 2023-01',
    otherwise: "yesterday's month",
  },
  deadline: {
    group: 'Days',
    kind: clock,
    flag: '--deadline <time>',
    sentence: 'time of day, such as 13:00, by which a day has to be complete after it is over',
  },
  tz: {
    group: 'Days',
    kind: kinds.timeZone,
    flag: '--tz <zone>',
    sentence: 'time zone of the deadline, such as Asia/Seoul',
    default: 'UTC',
  },
  store,
};

/** Options of `readDay`. */
export const READ_DAY_OPTIONS: Readonly<Record<keyof ReadDayOptions, Option>> = { store };
