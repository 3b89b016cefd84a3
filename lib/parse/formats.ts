import { Kernel } from '../batch/kernel.ts';
import type { Path } from '../mapping/path.ts';
import type { MappingPlan } from '../mapping/plan.ts';
import { mergedCounts } from '../run-counters.ts';
import type { BlockCutter } from './block.ts';
import type { CsvCutterOptions } from './csv/cutter.ts';
import type { CsvOptions } from './csv/dialect.ts';
import type { TextFormat } from './detect.ts';
import type { EventParser } from './event-parser.ts';
import { LineCutter } from './ndjson/cutter.ts';
import { NdjsonParser } from './ndjson/parser.ts';

/** What is told to the parsers of every format. */
export interface FormatOptions {
  /** Longest event in bytes. */
  maxLine: number;
  /** JSON: where the events are in a document. */
  path: Path | undefined;
  /** How CSV is written, where its first lines do not tell. */
  csv: CsvOptions | undefined;
}

// What documents and tables need, packages among it, is loaded when one comes.

/** A parser of a format: bytes → batches, on this thread. */
export async function parserFor(
  format: TextFormat,
  kernel: Kernel,
  plan: MappingPlan,
  options: FormatOptions,
): Promise<EventParser> {
  switch (format) {
    case 'ndjson':
      return new NdjsonParser(kernel, plan, options);
    case 'json': {
      const { JsonParser } = await import('./json/parser.ts');
      return new JsonParser(kernel, plan, options);
    }
    case 'csv':
    case 'tsv': {
      const { CsvParser } = await import('./csv/parser.ts');
      return new CsvParser(kernel, plan, csvOptions(format, options));
    }
  }
}

/** A cutter of a format: bytes → blocks for any thread, which Work (lib/threads) parses. */
export async function cutterFor(format: TextFormat, options: FormatOptions): Promise<BlockCutter> {
  switch (format) {
    case 'ndjson':
      return new LineCutter(options);
    case 'json': {
      const { JsonCutter } = await import('./json/cutter.ts');
      return new JsonCutter(new Kernel(), options);
    }
    case 'csv':
    case 'tsv': {
      const { CsvCutter } = await import('./csv/cutter.ts');
      return new CsvCutter(new Kernel(), csvOptions(format, options));
    }
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

  of(format: TextFormat): Promise<EventParser> {
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
    this.#cutters = new Lazily((format) => cutterFor(format, options));
  }

  of(format: TextFormat): Promise<BlockCutter> {
    return this.#cutters.of(format);
  }
}

/** Makes one of each format, when it is first asked for. */
class Lazily<T> {
  readonly #make: (format: TextFormat) => Promise<T>;
  readonly #made = new Map<TextFormat, T>();

  constructor(make: (format: TextFormat) => Promise<T>) {
    this.#make = make;
  }

  get all(): T[] {
    return [...this.#made.values()];
  }

  async of(format: TextFormat): Promise<T> {
    const made = this.#made.get(format) ?? (await this.#make(format));
    this.#made.set(format, made);
    return made;
  }
}
