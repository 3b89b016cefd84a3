import { ImportError } from '../lib/errors.ts';

// The values of flags: text → what the library takes, or a usage error that says what was expected.

export function wrong(flag: string, expected: string, got: string): ImportError {
  return new ImportError('E_USAGE', `${flag}: expected ${expected}, got ${JSON.stringify(got)}`);
}

const KIB = 1024;
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: KIB,
  kib: KIB,
  kb: 1e3,
  m: KIB ** 2,
  mib: KIB ** 2,
  mb: 1e6,
  g: KIB ** 3,
  gib: KIB ** 3,
  gb: 1e9,
};

/** `64MiB`, `256m` (MiB too), `100MB` (decimal), or bytes. */
export function parseSize(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[match?.[2]?.toLowerCase() ?? ''];
  const bytes = Math.floor(Number(match?.[1]) * (unit ?? Number.NaN));
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw wrong(flag, 'a size of at least 1 byte such as 64MiB, 256m or 1048576', text);
  }
  return bytes;
}

export function parseChoice<T extends string>(
  flag: string,
  choices: readonly T[],
  text: string,
): T {
  const choice = choices.find((known) => known === text);
  if (choice === undefined) throw wrong(flag, `one of ${choices.join(', ')}`, text);
  return choice;
}

/** An http: or https: URL without user, password, query or fragment. */
export function parseHttpUrl(flag: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Not repeated: somebody may have written a password into it.
  if (url?.username || url?.password) {
    throw new ImportError('E_USAGE', `${flag}: expected a URL without user and password`);
  }
  if (!/^https?:$/.test(url?.protocol ?? '') || url?.search || url?.hash) {
    throw wrong(flag, 'a URL such as https://storage.example.com', text);
  }
  return text;
}

/** One printable ASCII character, or a word for what cannot be typed. */
export function parseCharacter(
  flag: string,
  text: string,
  words: Readonly<Record<string, string>>,
): string {
  const word = words[text] ?? text;
  if (word !== text || /^[\t\x20-\x7e]$/.test(text)) return word;
  throw wrong(flag, `one ASCII character, or ${Object.keys(words).join(' or ')}`, text);
}

export function parseInteger(flag: string, least: number, most: number, text: string): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most))
    throw wrong(flag, `a whole number from ${least} to ${most}`, text);
  return value;
}

/** A count, or a share of the events read as a percentage. */
export function parseBudget(flag: string, text: string): number | string {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (share === undefined || Number(share) > 100) {
    throw wrong(flag, 'a number of events such as 100, or a percentage such as 0.1%', text);
  }
  return text;
}

export function parseTimeZone(flag: string, text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw wrong(flag, 'an IANA time zone such as Asia/Seoul', text);
  }
}

const DAY_MS = 86_400_000;

/** Whether a date is told by a clock. */
export function isRelativeDay(text: string): boolean {
  return text === 'today' || text === 'yesterday';
}

/** `2023-01-01`, or `yesterday` and `today` by the clock of a time zone. */
export function parseDay(flag: string, text: string, timeZone: string, now: number): string {
  if (isRelativeDay(text)) {
    const parts = new Intl.DateTimeFormat('en', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    }).formatToParts(now);
    const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value);
    // By the calendar, not by hours: a day is not always 24 of them.
    const today = Date.UTC(part('year'), part('month') - 1, part('day'));
    return new Date(text === 'today' ? today : today - DAY_MS).toISOString().slice(0, 10);
  }
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  const exists =
    date !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
  if (!exists || text.startsWith('0000')) {
    throw wrong(flag, 'a date such as 2023-01-01, or yesterday or today', text);
  }
  return text;
}

/** `KEY=TEXT`; the text may have further equal signs. */
export function parseSetting(flag: string, text: string): [key: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw wrong(flag, 'KEY=TEXT such as platform_properties.appversion=1.2.3', text);
  return [text.slice(0, at).trim(), text.slice(at + 1)];
}
