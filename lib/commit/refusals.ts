import { ImportError } from '../errors.ts';
import type { ObjectInfo, Store } from '../store/contract.ts';
import { countEvents } from './event-count.ts';
import { isPart } from './partition.ts';

/**
 * The error for a complete day that must stay as it is.
 *
 * @param mark name of the day's `_SUCCESS`
 * @param objects the day as it is listed
 * @param came events of the day that this run has so far, if known
 */
export async function dayComplete(
  store: Store,
  { day, mark, objects }: { day: string; mark: string; objects: readonly ObjectInfo[] },
  came: number | undefined,
): Promise<ImportError> {
  const count = await countEvents(store, objects.filter(isPart)).catch(() => undefined);
  const there = count?.isExact ? ` with ${plural(count.events)}` : '';
  const here = came
    ? `, and this run has read ${came.toLocaleString('en')} of that day so far`
    : '';
  return new ImportError(
    'E_DAY_COMPLETE',
    `${day} is complete already${there}${here}: ${store.url} has ${mark}; nothing was changed there`,
    {
      hint: '--if-exists skip leaves complete days as they are and writes the others, --if-exists replace writes them again (API: ifExists)',
    },
  );
}

/** The error for a complete day that would have fewer events than before. */
export function dayShrinks(day: string, url: string, before: number, after: number): ImportError {
  return new ImportError(
    'E_DAY_SHRINKS',
    `${day} has ${plural(before)} in ${url}, and this run ${after === 0 ? 'none' : `only ${after.toLocaleString('en')}`}; nothing was changed there`,
    {
      hint: `give one run all inputs with events of ${day}: a dump by another clock than UTC has only a part of a UTC day. To replace the day by fewer events all the same: --allow-shrink (API: allowShrink)`,
    },
  );
}

/** The error for a day that another run has changed. */
export function dayConflict(day: string, url: string, what: string): ImportError {
  return new ImportError(
    'E_STORE_CONFLICT',
    `another run wrote ${day} in ${url} at the same time: ${what}`,
    { hint: 'let only one run at a time write a day; run again when the other one has ended' },
  );
}

/** Whether an error says that another run has changed something. */
export function isConflict(error: unknown): boolean {
  return error instanceof ImportError && error.code === 'E_STORE_CONFLICT';
}

/** The error for a `_SUCCESS` that must go and does not. @param cause why the day must not be complete */
export function markStays(
  day: string,
  url: string,
  { mark, error, cause }: { mark: string; error: unknown; cause: unknown },
): ImportError {
  return new ImportError(
    'E_STORE_WRITE',
    `${day} in ${url} is not complete, but its _SUCCESS could not be removed: ${messageOf(error)} (after: ${messageOf(cause)})`,
    { hint: `delete ${mark} by hand before anything reads this day`, cause },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function plural(events: number): string {
  return `${events.toLocaleString('en')} event${events === 1 ? '' : 's'}`;
}
