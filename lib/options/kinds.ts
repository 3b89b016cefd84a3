// The kinds of values that options take. Each says in words what it expects, and checks it.

import { isCsvCharacter } from '../parse/csv/options.ts';
import { isDay } from './day.ts';
import type { Kind, OptionTable } from './option.ts';
import { parseBudget } from './reject-budget.ts';
import { parseSize, sizeText } from './size.ts';

interface Range {
  least: number;
  most?: number;
}

function isWhole(value: unknown, { least, most = Number.MAX_SAFE_INTEGER }: Range): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

/** Words for a range: `, at least 1`, ` from 0 to 256`. */
function rangeText({ least, most }: Range, text: (value: number) => string = String): string {
  return most === undefined ? `, at least ${text(least)}` : ` from ${text(least)} to ${text(most)}`;
}

/** A number of bytes; a flag writes it as a size such as `64MiB`. */
export function bytes(range: Range): Kind {
  const { least, most } = range;
  const isBounded = most !== undefined || least > 1;
  const short = least > 1 ? rangeText(range, sizeText) : ` up to ${sizeText(most ?? 0)}`;
  return {
    expected: `a whole number of bytes${rangeText(range, exactSize)}`,
    accepts: (value) => isWhole(value, range),
    ...(isBounded && { range: short.replace(/^,? (from )?/, '') }),
    flag: {
      expected: `a size${rangeText(range, sizeText).replace(/^,/, ' of')}, such as 8MiB, 8m or 8388608`,
      read: parseSize,
    },
    format: sizeText,
  };
}

/** Bytes as a number, with the size in a larger unit if there is one: `1048576 (1MiB)`. */
function exactSize(size: number): string {
  const short = sizeText(size);
  return /bytes?$/.test(short) ? `${size}` : `${size} (${short})`;
}

/** A whole number, of a unit if one is given. */
export function whole(range: Range & { unit?: string }): Kind {
  const { unit } = range;
  const ofUnit = unit === undefined ? '' : ` of ${unit}`;
  const expected = `a whole number${ofUnit}${rangeText(range)}`;
  return {
    expected,
    accepts: (value) => isWhole(value, range),
    range: rangeText(range).replace(/^,? (from )?/, ''),
    flag: {
      expected,
      read: (text) => (/^[+-]?\d+$/.test(text) ? Number(text) : undefined),
    },
    format: (value: number) => (unit === undefined ? `${value}` : `${value} ${unit}`),
  };
}

/** One of a few words. */
export function word<T extends string>(words: readonly T[]): Kind {
  return {
    expected: `one of ${words.join(', ')}`,
    accepts: (value) => words.some((each) => each === value),
    range: `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`,
  };
}

/** One of a few words, each with what it means. */
export function choice<T extends string>(meanings: Readonly<Record<T, string>>): Kind {
  const range = Object.entries(meanings).map(([each, meaning]) => `${each}: ${meaning}`);
  return { ...word(Object.keys(meanings)), range: range.join('; ') };
}

/** True or false; a flag without a value means true. */
export const yesOrNo: Kind = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  flag: { expected: 'no value', read: () => true },
  format: (value: boolean) => (value ? 'on' : 'off'),
};

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** A text that is not empty. */
export function text(expected: string): Kind {
  return { expected, accepts: isText };
}

/** A UTC day that exists. */
export const day: Kind = {
  expected: 'a day such as 2023-01-01',
  accepts: (value) => typeof value === 'string' && isDay(value),
};

/** Name of an IANA time zone, as this Node knows it. */
export const timeZone: Kind = {
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

/** A count of events, or a percentage of them. */
export const budget: Kind = {
  expected: 'a number of events such as 100, or a percentage such as "0.1%"',
  accepts: (value) =>
    (typeof value === 'string' || typeof value === 'number') && parseBudget(value) !== undefined,
  range: '100, or 0.1% of all events',
  flag: {
    expected: 'a number of events such as 100, or a percentage such as 0.1%',
    read: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : text),
  },
};

/** One ASCII character. On the command line a word writes what cannot be typed; `''` is taken if a word means it. */
export function character(words: Readonly<Record<string, string>>): Kind {
  const hasEmpty = Object.values(words).includes('');
  const expected = `one ASCII character${hasEmpty ? ' or an empty text' : ''}`;
  return {
    expected,
    accepts: (value) =>
      typeof value === 'string' && (isCsvCharacter(value) || (hasEmpty && value === '')),
    flag: {
      expected: `one ASCII character, or ${Object.keys(words).join(' or ')}`,
      read: (text) => (Object.hasOwn(words, text) ? words[text] : text),
    },
  };
}

/** The names of columns; one that is not needed may be empty. */
export const columnNames: Kind = {
  expected: 'a list of column names',
  accepts: (value) => isTexts(value) && value.some((name) => name !== ''),
  flag: {
    expected: 'column names with commas between',
    read: (text) => text.split(',').map((name) => name.trim()),
  },
};

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** Patterns of event keys; lib/record/event-filter.ts reads them. */
export const patterns: Kind = {
  expected: 'event keys such as purchase,view_*, or a list of them',
  accepts: (value) => isText(value) || (isTexts(value) && value.some(isText)),
  flag: {
    expected: 'event keys such as purchase,view_*',
    read: (text, before) => [...((before as string[] | undefined) ?? []), text],
    repeats: true,
  },
};

/** Texts by key; lib/mapping/constants.ts knows the keys. */
export const constants: Kind = {
  expected: 'an object of texts',
  accepts: (value) =>
    isObject(value) && Object.values(value).every((each) => typeof each === 'string'),
  flag: {
    expected: 'KEY=TEXT such as platform_properties.appversion=1.2.3',
    read: (text, before) => {
      const at = text.indexOf('='); // the text may contain further equal signs
      if (at < 1) return undefined;
      return { ...(before as object), [text.slice(0, at).trim()]: text.slice(at + 1) };
    },
    repeats: true,
  },
};

/** The address of a server. Credentials are refused there: they would end up in logs. */
export const httpUrl: Kind = {
  expected: 'a URL without user and password, such as https://storage.example.com',
  accepts: (value) => {
    if (typeof value !== 'string' || !URL.canParse(value)) return false;
    const { protocol, username, password, search, hash } = new URL(value);
    return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
  },
  conceal: (value) =>
    typeof value === 'string' && /[@?]/.test(value)
      ? 'one with credentials or a query'
      : show(value),
};

/** A file's path, or the thing itself: a mapping, or a function. */
export function fileOr(expected: string, isItself: (value: unknown) => boolean): Kind {
  return { expected, accepts: (value) => isText(value) || isItself(value) };
}

/** An object, but not a list. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A function, by its type. */
export function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

/** A function to call. */
export const callback: Kind = { expected: 'a function', accepts: isFunction };

/** An AbortSignal, also one of another realm. */
export const abortSignal: Kind = {
  expected: 'an AbortSignal',
  accepts: (value) => isObject(value) && 'aborted' in value && 'addEventListener' in value,
};

/** A list whose elements are all of one kind. */
export function listOf(elements: Kind, expected: string): Kind {
  return { expected, accepts: Array.isArray, elements };
}

/** An object with options of its own. */
export function options(fields: OptionTable): Kind {
  return { expected: 'an object with options', accepts: isObject, fields };
}

/** Writes any value into a message, shortly. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  }
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
