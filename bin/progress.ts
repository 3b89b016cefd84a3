import type { WriteStream } from 'node:tty';
import type { Progress } from '../lib/report.ts';
import { duration, plural, printable, short, size } from './text.ts';

const INTERVAL_MS = 100;
const CLEAR_LINE = '\r\x1b[2K';

/** A line on a terminal that is redrawn at most ten times a second. */
export class ProgressLine {
  readonly #stream: Pick<WriteStream, 'write' | 'columns'>;
  #drawn = Number.NEGATIVE_INFINITY;
  #visible = false;

  constructor(stream: Pick<WriteStream, 'write' | 'columns'>) {
    this.#stream = stream;
  }

  update(progress: Progress, now: number = performance.now()): void {
    if (now - this.#drawn < INTERVAL_MS) return;
    this.#drawn = now;
    this.#visible = true;
    // A line that fills the last column would wrap, and clearing would leave its first part.
    const columns = Math.max(20, this.#stream.columns || 80);
    this.#stream.write(CLEAR_LINE + progressText(progress).slice(0, columns - 1));
  }

  /** Removes the line from the terminal. */
  clear(): void {
    if (this.#visible) this.#stream.write(CLEAR_LINE);
    this.#visible = false;
  }
}

/** Writes a state of the run on one line: `38%  412 MB of 1.05 GB  231 MB/s  312k events/s  0:12 left  3 rejects` */
export function progressText(progress: Progress): string {
  const { bytesRead, bytesTotal, bytesIn, rowsIn, rowsRejected, retrying, seconds } = progress;
  const rowsLeft = rowsIn - rowsRejected - progress.rowsFiltered - progress.rowsWritten;
  const parts: string[] = [];
  if (bytesTotal === undefined) {
    parts.push(size(bytesRead));
  } else {
    // More than the total where a file grows while it is read.
    const share = bytesTotal === 0 ? 1 : Math.min(1, bytesRead / bytesTotal);
    parts.push(
      `${Math.floor(share * 100)}%`.padStart(4),
      `${size(bytesRead)} of ${size(bytesTotal)}`,
    );
  }
  if (retrying !== undefined) {
    // Nothing else changes while a request waits, and the user should see why.
    const { reason, attempts, wait } = retrying;
    parts.push(
      `cloud: ${printable(reason, 30)}, attempt ${attempts + 1} in ${duration(wait / 1000)}`,
    );
    return parts.join('  ');
  }
  if (seconds > 0)
    parts.push(`${size(bytesIn / seconds)}/s`, `${short(rowsIn / seconds)} events/s`);
  if (bytesTotal !== undefined && bytesRead > 0 && seconds >= 1 && bytesRead < bytesTotal) {
    parts.push(`${duration((seconds / bytesRead) * (bytesTotal - bytesRead))} left`);
  }
  if (bytesRead === bytesTotal && rowsLeft > 0)
    parts.push(`${short(rowsLeft)} events to be written`);
  if (progress.daysToCommit !== undefined)
    parts.push(`${progress.daysCommitted} of ${plural(progress.daysToCommit, 'day')} committed`);
  if (rowsRejected > 0) parts.push(plural(rowsRejected, 'reject'));
  return parts.join('  ');
}
