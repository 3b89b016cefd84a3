import type { ImportError } from '../errors.ts';
import type { Policy } from './policy.ts';

/** One permission, and how to find out whether it is granted. */
export interface Probe {
  /** As the cloud and the vendor's page name it. */
  permission: string;
  /** What it is for. */
  purpose: string;
  /** Rejects with what the cloud answers; a missing object is no error. */
  run: () => Promise<unknown>;
  /** What it does: the later ones try on the object that `create` made. */
  kind: 'look' | 'list' | 'create' | 'read' | 'delete';
}

/** How a cloud is asked. */
export interface Examination {
  /** Where the credentials come from; never what they are. Rejects with an ImportError if there are none. */
  credentials: () => Promise<string>;
  /** In the order in which they are tried. */
  probes: readonly Probe[];
  /** The object that `create` makes, for messages. */
  object: string;
  isDenied: (error: unknown) => boolean;
  explain: (error: unknown) => ImportError;
  /** The server's time less ours in milliseconds, once an answer has come. */
  clock: () => number | undefined;
  /** What else was seen and may be of use. */
  notes: () => string[];
}

export interface Finding {
  permission: string;
  purpose: string;
  /** `unknown`: it cannot be told before other permissions are granted. */
  outcome: 'granted' | 'missing' | 'unknown';
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
  const { probes, isDenied, explain, object } = examination;
  const findings: Finding[] = [];
  const granted = new Set<Probe['kind']>();
  for (const { permission, purpose, kind, run } of probes) {
    let outcome: Finding['outcome'] = 'granted';
    try {
      await run();
      granted.add(kind);
    } catch (error) {
      if (!isDenied(error)) {
        if (granted.has('create')) await cleanUp(probes);
        throw explain(error);
      }
      // Who may not list is not told either that an object is not there.
      const blind = !granted.has('create') && !granted.has('list');
      outcome = blind && (kind === 'read' || kind === 'delete') ? 'unknown' : 'missing';
    }
    findings.push({ permission, purpose, outcome });
  }
  const stays = granted.has('create') && !granted.has('delete');
  return { findings, leftovers: stays ? [`${object}, which may be deleted by hand`] : [] };
}

async function cleanUp(probes: readonly Probe[]): Promise<void> {
  await probes
    .find(({ kind }) => kind === 'delete')
    ?.run()
    .catch(() => {});
}
