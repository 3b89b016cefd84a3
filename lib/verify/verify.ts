import { inParallel } from '../commit/in-parallel.ts';
import { ImportError } from '../errors.ts';
import { checkOptions } from '../options/check.ts';
import { VERIFY_OPTIONS } from '../options/looks.ts';
import { parseShare } from '../options/share.ts';
import { MS_PER_DAY, parseDay } from '../route/by-day.ts';
import type { DayTimes } from '../route/day-times.ts';
import type { CountingStore } from './counting-store.ts';
import { type DayFolder, listDays } from './day-folder.ts';
import { type DayRange, dayRange } from './day-range.ts';
import { Findings } from './finding.ts';
import { checkLayout } from './layout.ts';
import { openDays } from './location.ts';
import { withMissing } from './missing-days.ts';
import { cutsOf, emptyTimes, timesOf } from './odd-times.ts';
import type { VerifiedDay, VerifyOptions, VerifyReport } from './options.ts';
import { type VerifiedFile, verifyFile } from './verify-file.ts';

/** Findings and figures of a day, while it is looked at. */
interface DayWork {
  folder: DayFolder;
  findings: Findings;
  files: VerifiedFile[];
  /** When the events were, as far as is known. */
  times: DayTimes | undefined;
}

/**
 * Checks what an import wrote, or what another program wrote in its place: names, marks, footers, schema, counts and
 * times of each day, and with `deep` every value. It reads and lists, and changes nothing.
 *
 * @param url the folder of the days, or of one day: a path, `s3://bucket/prefix` or `gs://bucket/prefix`
 * @throws ImportError E_USAGE; E_INPUT_NOT_FOUND where there are no days at all; E_INPUT_READ where the store refuses
 */
export async function verify(
  url: string | URL,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  checkOptions(VERIFY_OPTIONS, options, 'verify');
  const { store, day } = openDays(url, options.store);
  const range = dayRange(day, options);
  const folders = await listDays(store, range);
  const asked = range.from !== undefined && range.until !== undefined;
  if (folders.days.length === 0 && !asked) throw noDays(store.url, range);
  const days = await inParallel(folders.days, (folder) => lookAt(store, folder));
  const share = parseShare(options.deep);
  const deep = share > 0 ? await readValues(store, days, share, options) : undefined;
  checkTimes(days);
  const { days: verified, gaps } = withMissing(days.map(verdictOf), range);
  for (const each of verified) options.onDay?.(each);
  const general = new Findings();
  for (const name of folders.wrong) general.add('day_name', `${name} is the name of no day`);
  return {
    url: store.url,
    ok:
      general.faults === 0 &&
      [...verified, ...gaps].every(({ verdict }) => verdict === 'sound' || verdict === 'odd'),
    days: verified,
    gaps,
    findings: general.list,
    bytes: verified.reduce((sum, { bytes }) => sum + bytes, 0),
    bytesRead: store.bytesRead,
    ...(deep && { deep }),
  };
}

function noDays(url: string, { from, until }: DayRange): ImportError {
  const which =
    from === undefined && until === undefined
      ? ''
      : ` ${from === undefined ? `up to ${until}` : `from ${from} on`}`;
  return new ImportError(
    'E_INPUT_NOT_FOUND',
    `${url}: expected folders dt=YYYY-MM-DD${which}, got none`,
    {
      hint: 'Name the folder or prefix that has the days.',
    },
  );
}

/** Checks a day by its listing and its footers. */
async function lookAt(store: CountingStore, folder: DayFolder): Promise<DayWork> {
  const findings = new Findings();
  if (folder.problem === undefined) checkLayout(folder, findings.add);
  else findings.add('unreadable', folder.problem);
  const files = await inParallel(folder.parts, (part) =>
    verifyFile(store, part, folder.day, findings.add),
  );
  const types = new Set(files.map(({ identifiers }) => identifiers).filter(Boolean));
  if (types.size > 1) {
    findings.add('schema_mixed', 'identifiers is a map in some files and a string in others');
  }
  const groups = files.flatMap(({ times }) => times);
  return { folder, findings, files, times: groups.length === 0 ? undefined : timesOf(groups) };
}

async function readValues(
  store: CountingStore,
  days: readonly DayWork[],
  share: number,
  { dedupeMemory }: VerifyOptions,
): Promise<VerifyReport['deep']> {
  const { DeepCheck } = await import('./deep/deep-check.ts');
  const check = new DeepCheck(store, { share, dedupeMemory });
  for (const { folder, files, findings, times } of days) {
    const slots = await check.day(folder.day, files, findings.add);
    // These are counted, whereas the footers only let them be estimated.
    if (times !== undefined && slots !== undefined) times.slots = slots;
  }
  return check.result;
}

/** Notes the days of which a part seems to be missing. */
function checkTimes(days: readonly DayWork[]): void {
  const times = new Map(
    days.flatMap(({ folder, times }) =>
      times === undefined ? [] : [[folder.day, times] as const],
    ),
  );
  const cuts = cutsOf(times);
  for (const { folder, findings, times } of days) {
    const cut = cuts.get(folder.day);
    if (cut !== undefined) {
      const city = cut.zone.replace(/.*\//, '').replaceAll('_', ' ');
      const what = cut.events === 0 ? 'nothing' : 'almost nothing';
      findings.add(
        'day_cut',
        `${what} ${cut.missing} ${cut.at} UTC, midnight in ${city}: a dump cut by that clock?`,
      );
    } else if (times !== undefined) {
      for (const { from, until } of emptyTimes(times)) {
        findings.add('empty_hours', `no event from ${from} to ${until} UTC`);
      }
    }
  }
}

function verdictOf({ folder, findings, files, times }: DayWork): VerifiedDay {
  const { list, more, faults } = findings;
  const begin = parseDay(folder.day) * MS_PER_DAY;
  const rows = files.map(({ footer }) => footer?.rows ?? Number.NaN);
  const events = rows.reduce((sum, each) => sum + each, 0);
  return {
    day: folder.day,
    verdict: faults > 0 ? 'faulty' : list.length > 0 ? 'odd' : 'sound',
    success: folder.success !== undefined,
    files: folder.parts.length,
    bytes: folder.parts.reduce((sum, { size }) => sum + size, 0),
    events: Number.isNaN(events) || folder.problem !== undefined ? undefined : events,
    ...(times && {
      first: new Date(begin + times.first).toISOString(),
      last: new Date(begin + times.last).toISOString(),
    }),
    findings: list,
    more,
  };
}
