import type { ConstantName, Kernel } from '../batch/kernel.ts';
import { perKernel } from '../batch/per-kernel.ts';

/** What a token of a time format reads. */
interface Token {
  part: ConstantName;
  /** Whether one digit is enough where two are usual. */
  isShort?: boolean;
}

/** The tokens of time formats, as Day.js and Moment write them. */
const TOKENS: Readonly<Record<string, Token>> = {
  YYYY: { part: 'FORMAT_YEAR' },
  MM: { part: 'FORMAT_MONTH' },
  M: { part: 'FORMAT_MONTH', isShort: true },
  MMM: { part: 'FORMAT_MONTH_NAME' },
  DD: { part: 'FORMAT_DAY' },
  D: { part: 'FORMAT_DAY', isShort: true },
  ddd: { part: 'FORMAT_WEEKDAY' },
  HH: { part: 'FORMAT_HOUR' },
  H: { part: 'FORMAT_HOUR', isShort: true },
  hh: { part: 'FORMAT_HALF_DAY_HOUR' },
  h: { part: 'FORMAT_HALF_DAY_HOUR', isShort: true },
  mm: { part: 'FORMAT_MINUTE' },
  ss: { part: 'FORMAT_SECOND' },
  S: { part: 'FORMAT_FRACTION' },
  A: { part: 'FORMAT_AM_PM' },
  Z: { part: 'FORMAT_ZONE' },
  ZZ: { part: 'FORMAT_ZONE' },
};

/** A part of a format: a token, or text between tokens. */
type Part = Token | string;

/** Splits a format into its parts. Text in brackets is text; so is whatever is no letter. */
function partsOf(format: string): Part[] {
  const pieces = format.match(/\[[^\]]*\]|([A-Za-z])\1*|[^A-Za-z[]+|\[/g) ?? [];
  return pieces.map((piece) => {
    // Any number of digits is read of a fraction.
    const token = TOKENS[/^S+$/.test(piece) ? 'S' : piece];
    return token ?? piece.replace(/^\[(.*)\]$/, '$1');
  });
}

/** What is wrong with a format; undefined for a right one. */
export function timeFormatProblem(format: string): string | undefined {
  const unknown = partsOf(format.replaceAll(/\[[^\]]*\]/g, '')).find(
    (part) => typeof part === 'string' && /[A-Za-z[]/.test(part),
  );
  if (unknown !== undefined) {
    return `${JSON.stringify(unknown)} is none of ${Object.keys(TOKENS).join(', ')}; text is written in brackets, such as [T]`;
  }
  const names = partsOf(format).flatMap((part) => (typeof part === 'string' ? [] : [part.part]));
  const count = (...wanted: ConstantName[]): number =>
    names.filter((name) => wanted.includes(name)).length;
  if (count('FORMAT_YEAR') !== 1) return 'it needs the year once, as YYYY';
  if (count('FORMAT_MONTH', 'FORMAT_MONTH_NAME') !== 1)
    return 'it needs the month once, as MM, M or MMM';
  if (count('FORMAT_DAY') !== 1) return 'it needs the day once, as DD or D';
  if (count('FORMAT_HOUR', 'FORMAT_HALF_DAY_HOUR') > 1) return 'it has the hour twice';
  if (count('FORMAT_HALF_DAY_HOUR') !== count('FORMAT_AM_PM'))
    return 'hh and h need A, and A needs one of them';
  if (new Set(names).size !== names.length) return 'it has a part twice';
  return undefined;
}

/** Returns a function that gives the address of a compiled format in a kernel's memory (lib/kernel/record/time-format.ts). */
export function timeFormat(format: string): (kernel: Kernel) => number {
  return perKernel((kernel) => {
    const program = partsOf(format).flatMap((part) => {
      if (typeof part === 'string') return [...Buffer.from(part)];
      const short = part.isShort ? kernel.constant('FORMAT_SHORT') : 0;
      return [kernel.constant(part.part) + short];
    });
    const address = kernel.arena.alloc(program.length + 1);
    kernel.u8.set([...program, kernel.constant('FORMAT_END')], address);
    return address;
  });
}
