// Whole runs of the program over sources in memory.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { convert } from '../../lib/convert.ts';
import type { ConvertOptions } from '../../lib/options/options.ts';
import type { Report } from '../../lib/report.ts';
import type { ReferenceOptions, ReferenceReject } from '../reference/convert.ts';
import { days } from './read-parquet.ts';
import type { Cleaner } from './temp.ts';

export interface Run {
  report: Report;
  rejects: ReferenceReject[];
}

export type RunOptions = ReferenceOptions &
  Pick<ConvertOptions, 'rowGroupSize' | 'fileSize' | 'compression'>;

/** Converts chunks of a source into a folder; every reject is allowed, so that the rest is committed. */
export async function run(chunks: Buffer[], to: string, options: RunOptions = {}): Promise<Run> {
  const rejects: ReferenceReject[] = [];
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const report = await convert({
    ...(Object.fromEntries(given) as Partial<ConvertOptions>),
    inputs: [{ name: 'test', stream: Readable.from(chunks, { objectMode: true }) }],
    to,
    // Starting a worker for each of thousands of small sources takes far longer than they do.
    threads: 0,
    // Garbage in the first line may look like another format.
    format: 'ndjson',
    maxRejects: Number.MAX_SAFE_INTEGER,
    onReject: ({ line, offset, code, raw }) => {
      rejects.push({ line, offset, code, raw });
    },
  });
  return { report, rejects };
}

/** Has the kernels of a test made of the release or the asserting build. */
export function useKernel(t: Cleaner, build: string): void {
  const before = process.env.HACKLE_IMPORT_KERNEL;
  process.env.HACKLE_IMPORT_KERNEL = build;
  t.teardown(() => {
    if (before === undefined) delete process.env.HACKLE_IMPORT_KERNEL;
    else process.env.HACKLE_IMPORT_KERNEL = before;
  });
}

/** Name and bytes of every file of an output. */
export function filesOf(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const day of days(folder)) {
    for (const name of readdirSync(join(folder, `dt=${day}`)).sort()) {
      files.set(`${day}/${name}`, readFileSync(join(folder, `dt=${day}`, name)));
    }
  }
  return files;
}

/** The first file in which two outputs differ. */
export function firstUnequal(a: Map<string, Buffer>, b: Map<string, Buffer>): string | undefined {
  const names = [...new Set([...a.keys(), ...b.keys()])].sort();
  return names.find((name) => !b.get(name)?.equals(a.get(name) ?? Buffer.from('absent')));
}
