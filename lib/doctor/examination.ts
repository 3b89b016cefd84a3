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
  /** Whether only Hackle's importer uses the permission, so that an import is right where it cannot be tried. */
  byImporter?: boolean;
  /** Rejects with the cloud's error, or with CannotTell. */
  run: () => Promise<unknown>;
}

/** Rejection of a probe that cannot find out; its message says why. */
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
  /** Says why a probe cannot find out, given its error; undefined for one that ends the examination. */
  cannotTell: (error: unknown) => string | undefined;
  /**
   * Called with a probe that was denied. Runs it again with options that the bucket may demand; returns those with
   * which it is granted, as flags, and keeps them for the probes that follow. Absent where the cloud has none.
   */
  demanded?: (probe: Probe) => Promise<string | undefined>;
  /** Returns what a denial says beyond that it is one; undefined if nothing. */
  denial?: (error: unknown) => string | undefined;
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
   * determined before other permissions are granted, or the server cannot be asked. `demanding`: it is granted only to
   * requests with certain options.
   */
  outcome: 'granted' | 'unneeded' | 'missing' | 'unknown' | 'demanding';
  /** Why it is unknown, or what the denial says; absent if there is nothing to say. */
  reason?: string;
  /** The options that an import needs, as flags: `--sse AES256`; only where the outcome is `demanding`. */
  demand?: string;
  /** Why an import works without the permission; absent where it does not. */
  optional?: string;
}

/** What `doctor` found; `--json` prints exactly this object. */
export interface Diagnosis {
  url: string;
  /** Whether everything that an import needs is granted, with the options that were given. */
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
): Promise<{ ok: boolean; findings: Finding[]; leftovers: string[] }> {
  const { probes, cleanUp } = examination;
  const findings: Finding[] = [];
  let ok = true;
  let left: string | undefined;
  try {
    for (const probe of probes) {
      const { permission, purpose, optional, byImporter } = probe;
      const result = await resultOf(probe, examination);
      findings.push({
        permission,
        purpose,
        ...(optional !== undefined && { optional }),
        ...result,
      });
      const { outcome, reason } = result;
      const isUntold = outcome === 'unknown' && byImporter === true && reason !== undefined;
      ok &&= outcome === 'granted' || outcome === 'unneeded' || isUntold;
    }
  } finally {
    left = await cleanUp();
  }
  return { ok, findings, leftovers: left === undefined ? [] : [`${left}, to be deleted by hand`] };
}

async function resultOf(
  probe: Probe,
  examination: Examination,
): Promise<Pick<Finding, 'outcome' | 'reason' | 'demand'>> {
  const { isDenied, explain, cannotTell, demanded, denial } = examination;
  try {
    await probe.run();
    return { outcome: 'granted' };
  } catch (error) {
    if (!isDenied(error)) {
      const reason = error instanceof CannotTell ? error.message : cannotTell(error);
      if (reason === undefined) throw explain(error);
      return { outcome: 'unknown', ...(reason !== '' && { reason }) };
    }
    if (probe.optional !== undefined) return { outcome: 'unneeded' };
    const demand = await demanded?.(probe);
    if (demand !== undefined) return { outcome: 'demanding', demand };
    const reason = denial?.(error);
    return { outcome: 'missing', ...(reason !== undefined && { reason }) };
  }
}
