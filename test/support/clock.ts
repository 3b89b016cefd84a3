import type { Cleaner } from './temp.ts';

/** Has runs of a test, in this process and in commands that it starts, begin at a time such as 2023-01-02T03:04:05Z. */
export function useClock(t: Cleaner, time: string): void {
  const before = process.env.HACKLE_IMPORT_NOW;
  process.env.HACKLE_IMPORT_NOW = time;
  t.teardown(() => {
    if (before === undefined) delete process.env.HACKLE_IMPORT_NOW;
    else process.env.HACKLE_IMPORT_NOW = before;
  });
}
