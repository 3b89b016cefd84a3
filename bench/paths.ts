import { fileURLToPath } from 'node:url';

/** The folder of the project, relative to the compiled file in `dist/bench`. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));
/** The sources of the benchmarks, and the rivals' `package.json`. */
export const BENCH: string = fileURLToPath(new URL('../../bench/', import.meta.url));
/** Generated inputs, outputs of contestants, and releases of Node. Ignored by git. */
export const DATA: string =
  process.env.HACKLE_BENCH_DATA ?? fileURLToPath(new URL('../../bench/data/', import.meta.url));
/** Saved results. */
export const RUNS: string = fileURLToPath(new URL('../../bench/runs/', import.meta.url));

/** Returns the path of a compiled file of the benchmarks. */
export function compiled(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
