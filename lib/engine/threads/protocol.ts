import type { ErrorCode, SourcePosition } from '../../errors.ts';
import type { BlockResult } from '../block-result.ts';
import type { WorkOptions } from '../options.ts';
import type { FormattedBlock } from '../work.ts';

// The messages between the main thread and a worker. A worker takes one block after another. For each it
// sends one result or several, and after each but a block's last it waits for `more`.

export type ToWorker =
  /** Comes first. `module` is the kernel's compiled code, shared by all threads. */
  | { kind: 'start'; options: WorkOptions; module: WebAssembly.Module }
  | { kind: 'block'; source: string; formatted: FormattedBlock }
  | { kind: 'more' }
  /** Memory of a row group that was written. */
  | { kind: 'memory'; memory: ArrayBuffer }
  /** Asks for the row groups that are still open. */
  | { kind: 'finish' };

export type FromWorker =
  | { kind: 'result'; result: BlockResult; used: Uint8Array<ArrayBuffer>[] }
  | { kind: 'failed'; failure: Failure };

/** An error on its way between threads. */
export interface Failure {
  code: ErrorCode | undefined;
  message: string;
  stack: string | undefined;
  hint: string | undefined;
  position: SourcePosition | undefined;
}
