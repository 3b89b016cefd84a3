import path from 'node:path';
import { compiled, ROOT } from './paths.ts';

/** A program that takes part in a heat. */
export interface Contestant {
  name: string;
  /** The program and its arguments. `node` means the Node of the run. */
  command(file: string, folder: string): string[];
  /** What the contestant does: all the work, only reading, or only starting. Default `import`. */
  does?: 'import' | 'read' | 'start';
  /** Whether it gets the bytes of the file from `cat` through a pipe. Default false. */
  isPiped?: boolean;
  /** Release of Node that runs it, such as `22`. Default: that of the run. */
  node?: string;
  /** Whether it prints the seconds of its steps as one JSON object; these are the result. Default false. */
  steps?: boolean;
}

export type Codec = 'snappy' | 'zstd';

export interface ProductOptions {
  name?: string;
  /** Default: the program's own default. */
  threads?: number;
  codec?: Codec;
  node?: string;
}

export const PRODUCT = 'hackle-import';

/** The product, as users run it. */
export function product(options: ProductOptions = {}): Contestant {
  const { threads, codec = 'snappy', node } = options;
  const program = path.join(ROOT, 'dist/bin/hackle-import.js');
  const flags = ['--compression', codec, '-q', '--json'];
  if (threads !== undefined) flags.push('--threads', String(threads));
  return {
    name: options.name ?? [PRODUCT, ...threadWords(threads), codec].join(', '),
    command: (file, folder) => ['node', program, file, '--to', folder, ...flags],
    ...(node !== undefined && { node }),
  };
}

/** The product's help, which shows how long it takes to start. */
export function help(): Contestant {
  const program = path.join(ROOT, 'dist/bin/hackle-import.js');
  return {
    name: `${PRODUCT} --help`,
    command: () => ['node', program, '--help'],
    does: 'start',
  };
}

/** DuckDB with the fastest statement found. */
export function duckDb(threads: number, codec: Codec = 'snappy'): Contestant {
  return database('DuckDB', 'duckdb', threads, codec);
}

/** ClickHouse with the fastest statement found. */
export function clickHouse(threads: number, codec: Codec = 'snappy'): Contestant {
  return database('ClickHouse', 'clickhouse', threads, codec);
}

/** A database with the statement that a user would write from its manual. */
export function plain(contestant: Contestant): Contestant {
  return {
    ...contestant,
    name: `${contestant.name}, plain statement`,
    command: (file, folder) => [...contestant.command(file, folder), '--plain'],
  };
}

export function parquetJs(): Contestant {
  return rival('readline + JSON.parse + parquetjs', 'parquetjs');
}

export function hyparquetWriter(): Contestant {
  return rival('readline + JSON.parse + hyparquet-writer', 'hyparquet-writer');
}

export function piped(contestant: Contestant): Contestant {
  return { ...contestant, name: `${contestant.name}, from cat`, isPiped: true };
}

/** Only parsing, without any output. */
export function jsonParse(): Contestant {
  return { ...rival('JSON.parse of each line', 'json-parse'), does: 'read' };
}

export function node(): Contestant {
  return {
    name: 'node, empty program',
    command: () => ['node', '--eval', '0'],
    does: 'start',
  };
}

/** Programs that only read, as a lower bound. */
export const FLOORS: Contestant[] = [
  { name: 'wc -l', command: (file) => ['wc', '-l', file], does: 'read' },
  { name: 'cat', command: (file) => ['cat', file], does: 'read' },
];

/** The stages in one process, timed one by one, and then only the codec, on up to this number of threads. */
export function stages(codec: Codec, threads: number): Contestant {
  return {
    name: codec,
    command: (file) => ['node', compiled('stages/run.js'), file, codec, String(threads)],
    does: 'read',
    steps: true,
  };
}

/** The product to a folder, and then to an S3 server on this machine. */
export function upload(threads: number): Contestant {
  return {
    name: PRODUCT,
    command: (file, folder) => [
      'node',
      compiled('upload.js'),
      file,
      folder,
      `--threads=${threads}`,
    ],
    does: 'read',
    steps: true,
  };
}

function database(name: string, program: string, threads: number, codec: Codec): Contestant {
  return {
    name: [name, ...threadWords(threads), codec].join(', '),
    command: (file, folder) => [
      'node',
      compiled(`rivals/${program}.js`),
      file,
      folder,
      `--threads=${threads}`,
      `--compression=${codec}`,
    ],
  };
}

function rival(name: string, program: string): Contestant {
  return {
    name,
    command: (file, folder) => ['node', compiled(`rivals/${program}.js`), file, folder],
  };
}

function threadWords(threads: number | undefined): string[] {
  if (threads === undefined) return [];
  return [threads === 1 ? '1 thread' : `${threads} threads`];
}
