import { Kernel } from '../batch/kernel.ts';
import { mergedCounts } from '../tally.ts';
import type { BlockCutter } from './block.ts';
import { CsvParser } from './csv.ts';
import { CsvCutter, type CsvCutterOptions } from './csv-cutter.ts';
import type { CsvOptions } from './csv-dialect.ts';
import type { TextFormat } from './detect.ts';
import type { EventParser } from './event-parser.ts';
import { JsonParser } from './json.ts';
import { JsonCutter } from './json-cutter.ts';
import { LineCutter } from './line-cutter.ts';
import { NdjsonParser } from './ndjson.ts';
import type { Path } from './path.ts';
import type { MappingPlan } from './plan.ts';

/** What is told to the parsers of every format. */
export interface FormatOptions {
  /** Longest event in bytes. */
  maxLine: number;
  /** JSON: where the events are in a document. */
  path: Path | undefined;
  /** How CSV is written, where its first lines do not tell. */
  csv: CsvOptions | undefined;
}

/** A parser of a format: bytes → batches, on this thread. */
export function parserFor(
  format: TextFormat,
  kernel: Kernel,
  plan: MappingPlan,
  options: FormatOptions,
): EventParser {
  switch (format) {
    case 'ndjson':
      return new NdjsonParser(kernel, plan, options);
    case 'json':
      return new JsonParser(kernel, plan, options);
    case 'csv':
    case 'tsv':
      return new CsvParser(kernel, plan, csvOptions(format, options));
  }
}

/** A cutter of a format: bytes → blocks for any thread, which Work (lib/threads) parses. */
export function cutterFor(format: TextFormat, kernel: Kernel, options: FormatOptions): BlockCutter {
  switch (format) {
    case 'ndjson':
      return new LineCutter(options);
    case 'json':
      return new JsonCutter(kernel, options);
    case 'csv':
    case 'tsv':
      return new CsvCutter(kernel, csvOptions(format, options));
  }
}

function csvOptions(format: TextFormat, { csv, maxLine }: FormatOptions): CsvCutterOptions {
  return { maxLine, ...(format === 'tsv' && { delimiter: '\t' }), ...csv };
}

/** The parsers of a run, one for each format that comes. */
export class Parsers {
  readonly #parsers: Lazily<EventParser>;

  constructor(kernel: Kernel, plan: MappingPlan, options: FormatOptions) {
    this.#parsers = new Lazily((format) => parserFor(format, kernel, plan, options));
  }

  of(format: TextFormat): EventParser {
    return this.#parsers.of(format);
  }

  /** As `EventParser.ignored`, of all of them. */
  get ignored(): ReadonlyMap<string, number> {
    return this.#parsers.all
      .map(({ ignored }) => ignored)
      .reduce(mergedCounts, new Map<string, number>());
  }
}

/** The cutters of a run, one for each format that comes. */
export class Cutters {
  readonly #cutters: Lazily<BlockCutter>;

  constructor(options: FormatOptions) {
    this.#cutters = new Lazily((format) => cutterFor(format, new Kernel(), options));
  }

  of(format: TextFormat): BlockCutter {
    return this.#cutters.of(format);
  }
}

/** Makes one of each format, when it is first asked for. */
class Lazily<T> {
  readonly #make: (format: TextFormat) => T;
  readonly #made = new Map<TextFormat, T>();

  constructor(make: (format: TextFormat) => T) {
    this.#make = make;
  }

  get all(): T[] {
    return [...this.#made.values()];
  }

  of(format: TextFormat): T {
    const made = this.#made.get(format) ?? this.#make(format);
    this.#made.set(format, made);
    return made;
  }
}
