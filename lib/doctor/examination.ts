import type { ImportError } from '../errors.ts';
import type { Policy } from './policy.ts';

/** Begins the name of the object that is made to be tried on. */
export const PROBE = 'hackle-import-doctor-';

/** One permission, and how to find out whether it is granted. */
export interface Probe {
  /** As the cloud and the vendor's page name it. */
  permission: string;
  /** What it is for. */
  purpose: string;
  /** Why an import does without it, where it does. */
  optional?: string;
  /** Rejects with what the cloud answers, or with CannotTell. */
  run: () => Promise<unknown>;
}

/** There is nothing to try it on. */
export class CannotTell extends Error {}

/** How a cloud is asked. */
export interface Examination {
  /** Where the credentials come from; never what they are. Rejects with an ImportError if there are none. */
  credentials: () => Promise<string>;
  /** In the order in which they are tried. */
  probes: readonly Probe[];
  /** Deletes what the probes made, if it is there still; gives its name if that is denied. */
  cleanUp: () => Promise<string | undefined>;
  isDenied: (error: unknown) => boolean;
  explain: (error: unknown) => ImportError;
  /** Our time less the server's in milliseconds, once an answer has come. */
  clock: () => number | undefined;
  /** What else was seen and may be of use. */
  notes: () => string[];
}

/** What was found of one permission. */
export interface Finding {
  permission: string;
  purpose: string;
  /**
   * `unneeded`: it is not granted, and an import does without it. `unknown`: it cannot be told before
   * other permissions are granted.
   */
  outcome: 'granted' | 'unneeded' | 'missing' | 'unknown';
  /** Why an import does without it, where it does. */
  optional?: string;
}

/** What `doctor` found; `--json` prints exactly this object. */
export interface Diagnosis {
  url: string;
  /** Everything needed is granted. */
  ok: boolean;
  credentials: string;
  findings: Finding[];
  /** Seconds by which this machine's clock is ahead of the server's; absent where no answer told. */
  clockAhead?: number;
  notes: string[];
  /** What could not be cleaned up. */
  leftovers: string[];
  /** What to grant; only where something is missing. */
  grant?: Policy;
}

/** The probes one after another; what is not about a permission ends them. @throws ImportError */
export async function tryPermissions(
  examination: Examination,
): Promise<{ findings: Finding[]; leftovers: string[] }> {
  const { probes, cleanUp } = examination;
  const findings: Finding[] = [];
  let left: string | undefined;
  try {
    for (const { run, ...probe } of probes) {
      const outcome = await outcomeOf(run, examination);
      const spared = outcome === 'missing' && probe.optional !== undefined;
      findings.push({ ...probe, outcome: spared ? 'unneeded' : outcome });
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
