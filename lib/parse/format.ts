import type { Kernel } from '../batch/kernel.ts';
import type { Path } from '../mapping/path.ts';
import type { MappingPlan } from '../mapping/plan.ts';
import type { PlainFile } from '../source/plain-file.ts';
import type { Block, BlockCutter, BlockParser, BlockParserOptions } from './block.ts';
import type { CsvOptions } from './csv/options.ts';

/** What the engine needs to know of a format: a row of the table in formats.ts. */
export interface Format<Name extends string = string> {
  /** As in the option `format`. */
  readonly name: Name;
  /** Ending of a file's name, without that of a compression. */
  readonly ending: RegExp;
  /** Whether a text is of this format. Asked in the order of the table; the first that says yes is taken. */
  detect(head: TextHead): boolean | Promise<boolean>;
  /** Loads what cuts bytes into blocks. @throws ImportError E_USAGE for options that contradict each other */
  cutter(options: CutterOptions): Promise<BlockCutter>;
  /** Loads what parses blocks, in the thread that does. */
  blockParser(kernel: Kernel, plan: MappingPlan, options: BlockParserOptions): Promise<BlockParser>;
  /** Cuts a file into blocks that threads read themselves; absent where that needs the bytes before. */
  fileBlocks?(file: PlainFile): AsyncIterable<Block>;
}

/** The beginning of a text, by which its format is recognised. */
export interface TextHead {
  /** Without byte order mark and white space before it. */
  text: string;
  /** Whether that is all of it. */
  isWhole: boolean;
  /** The format whose ending the file's name has. */
  byName: string | undefined;
}

/** Options of the cutters, whatever the format. */
export interface CutterOptions {
  /** Longest event in bytes. */
  maxLine: number;
  /** JSON: where the events are in a document. */
  path?: Path | undefined;
  /** How CSV is written, where its first lines do not tell. */
  csv?: CsvOptions | undefined;
  /** Whether the blocks go to one parser that is `continuous`, so that they may end anywhere. Default false. */
  continuous?: boolean;
}
