import type { ErrorCode, SourcePosition } from '../../errors.ts';
import type { FileRecord } from '../../source/input-file.ts';
import type { BlockResult } from '../block-result.ts';
import type { WorkOptions } from '../options.ts';
import type { FormattedBlock } from '../work.ts';

// The messages between the main thread and a worker. The main thread sends `start`, blocks, and at last `finish`.
// The worker processes the blocks in order. For each it sends one result or several; after every result that is
// not a block's last, it waits for `more`. So a slow consumer stops the worker. Of a source that it reads whole it
// sends a few results without waiting; each `allow` allows another one.

export type ToWorker =
  /** The first message. `module` is the kernel's compiled code, which all threads share. */
  | { kind: 'start'; options: WorkOptions; module: WebAssembly.Module }
  | { kind: 'block'; source: string; formatted: FormattedBlock }
  /** Begins a source that the worker reads whole: the file, or the bytes that `stored` messages bring. */
  | { kind: 'source'; id: number; name: string; size: number | undefined; file?: FileRecord }
  | { kind: 'stored'; id: number; piece: Uint8Array<ArrayBuffer>; isLast: boolean }
  /** Allows another result of a source that the worker reads whole, because one was taken. */
  | { kind: 'allow'; id: number }
  | { kind: 'more' }
  /** Returns the memory of a row group that is written, so that the worker can reuse it. */
  | { kind: 'memory'; memory: ArrayBuffer }
  /** The last message: requests the row groups that are still open. */
  | { kind: 'finish' };

export type FromWorker =
  /** `used` returns the memory of the block's bytes, with the block's last result. */
  | { kind: 'result'; result: BlockResult; used: Uint8Array<ArrayBuffer>[] }
  /** The worker took a piece of a source that it reads whole, so that another one can be sent. */
  | { kind: 'taken'; id: number }
  /** The worker failed, which ends the run. */
  | { kind: 'failed'; failure: Failure };

/** An ImportError, or any other error without a code, as it is sent between threads. */
export interface Failure {
  code: ErrorCode | undefined;
  message: string;
  stack: string | undefined;
  hint: string | undefined;
  position: SourcePosition | undefined;
}
