import { fileURLToPath } from 'node:url';

/** The project's folder, seen from `dist/bench`. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));
/** The sources of the benchmarks, with `package.json` of the rivals. */
export const BENCH: string = fileURLToPath(new URL('../../bench/', import.meta.url));
/** Generated inputs, contestants' outputs, releases of Node; ignored by git. */
export const DATA: string =
  process.env.HACKLE_BENCH_DATA ?? fileURLToPath(new URL('../../bench/data/', import.meta.url));
/** Results worth keeping. */
export const RUNS: string = fileURLToPath(new URL('../../bench/runs/', import.meta.url));

/** A compiled file of the benchmarks. */
export function compiled(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
