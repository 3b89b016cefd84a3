// What the preload does to a process: agreed on by the test that starts it and the preload in it.

/** The environment variable with the plan, as JSON. */
export const PLAN = 'HACKLE_CAMPAIGN_FAULT';

/**
 * What happens at one call of the file system.
 *
 * - `fail`: the call does nothing and reports the error.
 * - `lost`: the call is carried out, and yet reports the error, as some network file systems do.
 * - `full`: this call and all later ones that need space report ENOSPC.
 * - `gone`: this call and all later ones report EIO.
 * - `short`: fewer bytes are read or written than asked for, without an error. Calls that write a whole file or
 *   buffer, which retry that themselves, report ENOSPC after some bytes.
 * - `kill-before`, `kill-after`: the process is killed before the call, or after it is carried out.
 * - `kill-within`: the process is killed after some bytes are read or written.
 * - `stop`: the process gets SIGTERM, and the call is carried out.
 */
export type FaultKind =
  | 'fail'
  | 'lost'
  | 'full'
  | 'gone'
  | 'short'
  | 'kill-before'
  | 'kill-after'
  | 'kill-within'
  | 'stop';

export interface FaultPlan {
  /** Calls that concern files below this folder count; so do those of a standard input that is a file. */
  root: string;
  /** Gets a line for each call that the fault hit; outside of what counts. */
  hits: string;
  /** Gets a line for each call that counts: its number, its name and its path. */
  calls?: string;
  fault?: {
    /** The number of the call, counted from 1 in the order of the calls of all threads. */
    at: number;
    kind: FaultKind;
    /** What `fail` and `lost` report. */
    error: 'EIO' | 'EACCES' | 'EMFILE' | 'ENOSPC';
  };
}
