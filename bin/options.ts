import { ImportError } from '../lib/errors.ts';
import type { ConvertOptions } from '../lib/options/options.ts';
import type { FlagValues } from './flags.ts';
import { checkStoreFlags, storeOptions } from './store-options.ts';
import { isRelativeDay, parseDay, wrong } from './values.ts';

/** Flags looked at together → the library's options. @throws ImportError E_USAGE */
export function convertOptions(
  inputs: readonly string[],
  flags: FlagValues,
  now: number = Date.now(),
): ConvertOptions {
  if (flags.to === undefined) {
    throw new ImportError('E_USAGE', 'expected --to DIR, where the days go, got none', {
      hint: 'For example: hackle-import events.ndjson --to out. All options: hackle-import --help',
    });
  }
  const { to } = flags;
  const store = storeOptions(flags, to, inputs);
  const options: ConvertOptions = { ...flags.convert, ...days(flags, now), inputs, to, store };
  checkLevel(options);
  checkDedupe(options);
  checkStoreFlags(flags, [...inputs, to]);
  if (options.allowEmpty && (options.from === undefined || options.until === undefined)) {
    throw new ImportError('E_USAGE', '--allow-empty: expected --date, or both --from and --until', {
      hint: 'Without them no one can tell which days are missing.',
    });
  }
  return options;
}

function days(flags: FlagValues, now: number): Pick<ConvertOptions, 'from' | 'until'> {
  const { date, from, until, tz } = flags;
  if (date !== undefined && (from !== undefined || until !== undefined)) {
    throw new ImportError('E_USAGE', 'expected either --date or --from/--until, got both');
  }
  if (
    tz !== undefined &&
    ![date, from, until].some((day) => day !== undefined && isRelativeDay(day))
  ) {
    throw new ImportError(
      'E_USAGE',
      `--tz: expected yesterday or today beside it, got a day by no clock`,
      {
        hint: 'The days of the output are always UTC days. For local times in the events, give the mapping a timezone.',
      },
    );
  }
  const day = (flag: string, text: string | undefined): string | undefined =>
    text === undefined ? undefined : parseDay(flag, text, tz ?? 'UTC', now);
  const first = day('--date', date) ?? day('--from', from);
  const last = day('--date', date) ?? day('--until', until);
  if (first !== undefined && last !== undefined && first > last) {
    throw wrong('--until', `a day not before ${first}`, last);
  }
  return {
    ...(first !== undefined && { from: first }),
    ...(last !== undefined && { until: last }),
  };
}

function checkLevel({ compression = 'snappy', compressionLevel }: ConvertOptions): void {
  if (compressionLevel === undefined) return;
  if (compression === 'snappy' || compression === 'none') {
    throw new ImportError(
      'E_USAGE',
      `--compression-level: expected --compression zstd or gzip beside it, got ${compression}, which has no levels`,
    );
  }
  if (compression === 'gzip' && compressionLevel > 9) {
    throw wrong(
      '--compression-level',
      'a whole number from 1 to 9 for gzip',
      String(compressionLevel),
    );
  }
}

function checkDedupe({ dedupe, dedupeMemory }: ConvertOptions): void {
  if (dedupeMemory !== undefined && !dedupe) {
    throw new ImportError('E_USAGE', '--dedupe-memory: expected --dedupe beside it, got none');
  }
}
