import type { Kernel } from '../batch/kernel.ts';
import type { Path } from '../mapping/path.ts';
import type { MappingPlan } from '../mapping/plan.ts';
import type { PlainFile } from '../source/plain-file.ts';
import type { Block, BlockCutter, BlockParser, BlockParserOptions } from './block.ts';
import type { CsvOptions } from './csv/options.ts';

/** An input format, as the engine uses it: a row of the table in formats.ts. */
export interface Format<Name extends string = string> {
  /** The value of the option `format`. */
  readonly name: Name;
  /** Matches the names of files in this format, without the extension of a compression. */
  readonly ending: RegExp;
  /** Whether a text is in this format. Formats are tried in the order of the table; the first match wins. */
  detect(head: TextHead): boolean | Promise<boolean>;
  /** Loads the code that cuts bytes into blocks. @throws ImportError E_USAGE for contradictory options */
  cutter(options: CutterOptions): Promise<BlockCutter>;
  /** Loads the code that parses blocks, in the thread that will parse them. */
  blockParser(kernel: Kernel, plan: MappingPlan, options: BlockParserOptions): Promise<BlockParser>;
  /** Cuts a plain file into blocks that threads read themselves. Absent if a cut depends on all bytes before it. */
  fileBlocks?(file: PlainFile): AsyncIterable<Block>;
}

/** The beginning of a text, by which its format is detected. */
export interface TextHead {
  /** The text without a byte order mark and leading white space. */
  text: string;
  /** Whether this is the whole text. */
  isWhole: boolean;
  /** Name of the format that the file's name suggests. */
  byName: string | undefined;
}

/** Options of the cutters of all formats. */
export interface CutterOptions {
  /** Longest event in bytes. */
  maxLine: number;
  /** Path of the events in a JSON document. Default: the document itself. */
  path?: Path | undefined;
  /** How CSV is written, where detection by the first lines does not suffice. */
  csv?: CsvOptions | undefined;
  /**
   * Whether all blocks go to one parser that is `continuous`, so that they may end inside an event. Default false.
   */
  continuous?: boolean;
}
