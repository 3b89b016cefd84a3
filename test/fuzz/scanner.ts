// Damaged lines through the kernel's scanner: each is refused exactly where JSON.parse refuses it.

import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import type { EventBatch } from '../../lib/batch/event-batch.ts';
import { Kernel } from '../../lib/batch/kernel.ts';
import { CODE_NAMES } from '../../lib/codes.ts';
import { planOf } from '../../lib/mapping/compile.ts';
import { VENDOR_MAPPING } from '../../lib/mapping/vendor-mapping.ts';
import { LineParser } from '../../lib/parse/ndjson/line-parser.ts';
import { eventLine } from '../support/generate.ts';
import { SEEDS, VALID } from '../support/json-cases.ts';
import { stopsAtDepth, verdict } from '../support/json-verdict.ts';
import { LineDamager } from './line-damager.ts';

export interface FuzzOptions {
  lines: number;
  seed: number;
  /** The asserting build. */
  debug: boolean;
}

export interface FuzzResult {
  lines: number;
  bytes: number;
  /** Lines by what JSON.parse says of them. */
  verdicts: Record<string, number>;
  /** The first few lines on which the two differ. */
  disagreements: string[];
}

const CHUNK = 1 << 20;
/** About as deep as an event may be. */
const DEEP: string[] = [508, 509, 510, 511].flatMap((n) => [
  `{"event_properties":{"a":${'['.repeat(n)}${']'.repeat(n)}}}`,
  `{"event_properties":${'{"a":'.repeat(n)}{}${'}'.repeat(n)}}`,
  `{"x":[${'[{"":'.repeat(n >> 1)}0${'}]'.repeat(n >> 1)}]}`,
]);
const MOST_SHOWN = 20;
const SYNTAX_CODES = ['invalid_utf8', 'invalid_json', 'not_an_object', 'too_deep'];

/** Lines to damage: events of the vendor, of which most are short so that there are many, and odd values. */
function corpus(seed: number): Buffer[] {
  const events = fc.sample(eventLine, { numRuns: 400, seed }).sort((a, b) => a.length - b.length);
  return [
    ...SEEDS,
    ...VALID.filter((text) => text.length < 200),
    ...events.slice(0, 120),
    ...events.slice(-8),
    ...DEEP,
  ]
    .map((text) => Buffer.from(text))
    .filter((line) => line.length > 0);
}

/** Damages lines and compares. Throws where the kernel traps, asserts, or writes outside of a block. */
export function fuzzScanner({ lines, seed, debug }: FuzzOptions): FuzzResult {
  const kernel = new Kernel({ debug });
  const plan = planOf(VENDOR_MAPPING, { insertId: 'derive', flatten: seed % 2 === 0 });
  const parser = new LineParser(kernel, plan);
  const damager = new LineDamager(seed, corpus(seed));
  const result: FuzzResult = { lines: 0, bytes: 0, verdicts: {}, disagreements: [] };
  while (result.lines < lines && result.disagreements.length < MOST_SHOWN) {
    const chunk: Buffer[] = [];
    for (let size = 0; size < CHUNK && result.lines + chunk.length < lines; ) {
      const line = damager.next();
      if (isBlank(line)) continue;
      chunk.push(Buffer.from(line));
      size += line.length + 1;
    }
    const codes = codesOf(parser, kernel, chunk);
    for (const [index, line] of chunk.entries()) compare(line, codes[index], result);
    result.lines += chunk.length;
    kernel.arena.checkGuards();
  }
  parser.destroy();
  return result;
}

/** The code of each line. A line feed comes first, so that a byte order mark is not one at the start. */
function codesOf(parser: LineParser, kernel: Kernel, lines: Buffer[]): (string | undefined)[] {
  const codes: (string | undefined)[] = [];
  const take = (batches: Iterable<EventBatch>): void => {
    for (const batch of batches) {
      const rowLine = batch.get('rowLine') >>> 2;
      batch.codes.forEach((code, row) => {
        codes[(kernel.u32[rowLine + row] as number) - 2] = CODE_NAMES[code];
      });
      batch.release();
    }
  };
  parser.begin('fuzz');
  const feed = Buffer.from('\n');
  take(parser.push(Buffer.concat([feed, ...lines.flatMap((line) => [line, feed])])));
  take(parser.end());
  return codes;
}

function compare(line: Buffer, code: string | undefined, result: FuzzResult): void {
  const expected = isUtf8(line) ? verdict(line) : 'invalid_utf8';
  result.verdicts[expected] = (result.verdicts[expected] ?? 0) + 1;
  result.bytes += line.length + 1;
  const said = code !== undefined && SYNTAX_CODES.includes(code) ? code : 'event';
  if (code !== undefined && said === expected) return;
  // Reading stops at depth 513, whatever is wrong further on.
  if (said === 'too_deep' && stopsAtDepth(line)) return;
  result.disagreements.push(
    `${code ?? 'no row'} instead of ${expected}: ${line.toString('base64')}`,
  );
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
