/**
 * Preloaded into each contestant (`node --import`). When the process exits, writes its resource usage to the file
 * that HACKLE_BENCH_USAGE names.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** Resource usage of a process until its exit. */
export interface Usage {
  /** In bytes. */
  peakRss: number;
  userSeconds: number;
  systemSeconds: number;
}

const file = process.env.HACKLE_BENCH_USAGE;
// Worker threads inherit the preload, but the figures are those of the whole process.
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

/** Returns the peak RSS in bytes. On Linux, `maxRSS` includes the process that started this one; VmHWM does not. */
function highWaterMark(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return match === null ? undefined : Number(match[1]) * 1024;
}
