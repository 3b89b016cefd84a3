/**
 * Preloaded into each contestant (`node --import`): writes what the process used to the file that
 * HACKLE_BENCH_USAGE names, when it exits.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** What a process used until its exit. */
export interface Usage {
  /** Bytes. */
  peakRss: number;
  userSeconds: number;
  systemSeconds: number;
}

const file = process.env.HACKLE_BENCH_USAGE;
// Worker threads inherit the preload; the figures are the process's.
if (isMainThread && file !== undefined) {
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const usage: Usage = {
      peakRss: highWaterMark() ?? maxRSS * 1024,
      userSeconds: userCPUTime / 1e6,
      systemSeconds: systemCPUTime / 1e6,
    };
    writeFileSync(file, JSON.stringify(usage));
  });
}

/** Linux carries `maxRSS` over from the process that started this one; VmHWM begins anew. */
function highWaterMark(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return match === null ? undefined : Number(match[1]) * 1024;
}
