import type { ImportError } from '../errors.ts';
import type { Policy } from './policy.ts';

/** Prefix of the name of the object on which permissions are tried. */
export const PROBE = 'hackle-import-doctor-';

/** One permission, and how to find out whether it is granted. */
export interface Probe {
  /** The permission's name, as the cloud and the vendor's page write it. */
  permission: string;
  /** What an import uses the permission for. */
  purpose: string;
  /** Why an import works without the permission; absent where it does not. */
  optional?: string;
  /** Rejects with the cloud's error, or with CannotTell. */
  run: () => Promise<unknown>;
}

/** Rejection of a probe that has no object to be tried on. */
export class CannotTell extends Error {}

/** How one cloud is examined. */
export interface Examination {
  /**
   * Says where the credentials come from, never what they are. Rejects with an ImportError if there are none.
   */
  credentials: () => Promise<string>;
  /** The probes, in the order in which they run. */
  probes: readonly Probe[];
  /** Deletes what the probes created, if it still exists; returns its name if that is denied. */
  cleanUp: () => Promise<string | undefined>;
  isDenied: (error: unknown) => boolean;
  explain: (error: unknown) => ImportError;
  /** Returns this machine's time minus the server's in milliseconds, once an answer has come. */
  clock: () => number | undefined;
  /** Returns further observations that may help a person. */
  notes: () => string[];
}

/** The result of one probe. */
export interface Finding {
  permission: string;
  purpose: string;
  /**
   * `unneeded`: the permission is not granted, and an import works without it. `unknown`: it cannot be
   * determined before other permissions are granted.
   */
  outcome: 'granted' | 'unneeded' | 'missing' | 'unknown';
  /** Why an import works without the permission; absent where it does not. */
  optional?: string;
}

/** What `doctor` found; `--json` prints exactly this object. */
export interface Diagnosis {
  url: string;
  /** Whether everything that an import needs is granted. */
  ok: boolean;
  credentials: string;
  findings: Finding[];
  /** Seconds by which this machine's clock is ahead of the server's; absent if no answer had a date. */
  clockAhead?: number;
  notes: string[];
  /** What could not be cleaned up. */
  leftovers: string[];
  /** What to grant; only where a permission is missing. */
  grant?: Policy;
}

/**
 * Runs the probes one after another and cleans up after them.
 *
 * @throws ImportError where the problem is not a permission; no further probe runs then
 */
export async function tryPermissions(
  examination: Examination,
): Promise<{ findings: Finding[]; leftovers: string[] }> {
  const { probes, cleanUp } = examination;
  const findings: Finding[] = [];
  let left: string | undefined;
  try {
    for (const { run, ...probe } of probes) {
      const outcome = await outcomeOf(run, examination);
      const isUnneeded = outcome === 'missing' && probe.optional !== undefined;
      findings.push({ ...probe, outcome: isUnneeded ? 'unneeded' : outcome });
    }
  } finally {
    left = await cleanUp();
  }
  return { findings, leftovers: left === undefined ? [] : [`${left}, to be deleted by hand`] };
}

async function outcomeOf(
  run: Probe['run'],
  { isDenied, explain }: Examination,
): Promise<Finding['outcome']> {
  try {
    await run();
    return 'granted';
  } catch (error) {
    if (error instanceof CannotTell) return 'unknown';
    if (isDenied(error)) return 'missing';
    throw explain(error);
  }
}
