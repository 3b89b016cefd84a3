import { ImportError } from '../errors.ts';
import { checkCsvOptions } from '../parse/csv/options.ts';
import { DEFAULTS } from './defaults.ts';
import type { ConvertOptions } from './options.ts';

/** How messages name options: as the library does, or by the flags of the command. */
export interface Naming {
  of: (option: keyof ConvertOptions) => string;
  /** What has to be given for both ends of the days. */
  bothDays: string;
}

const BY_NAME: Naming = { of: (option) => option, bothDays: 'both from and until' };

/** Checks options that are right by themselves for whether they go together. @throws ImportError E_USAGE */
export function checkTogether(options: ConvertOptions, naming: Naming = BY_NAME): void {
  for (const check of CHECKS) check(options, naming);
}

const CHECKS: readonly ((options: ConvertOptions, naming: Naming) => void)[] = [
  function level({ compression = DEFAULTS.compression, compressionLevel }, { of }) {
    if (compressionLevel === undefined) return;
    const name = of('compressionLevel');
    if (compression === 'snappy' || compression === 'none') {
      throw usage(
        `${name}: expected ${of('compression')} zstd or gzip with it, got ${compression}, which has no levels`,
      );
    }
    if (compression === 'gzip' && compressionLevel > 9) {
      throw usage(`${name}: expected a whole number from 1 to 9 for gzip, got ${compressionLevel}`);
    }
  },

  function days({ from, until, allowEmpty, minEvents }, { of, bothDays }) {
    if (from !== undefined && until !== undefined && until < from) {
      throw usage(`${of('until')}: expected a day not before ${from}, got ${until}`);
    }
    if (allowEmpty && (from === undefined) !== (until === undefined)) {
      throw usage(
        `${of('allowEmpty')}: expected ${bothDays} with it, or no days, got one end of them`,
        'With one end it is not known which days are missing.',
      );
    }
    if (allowEmpty && minEvents !== undefined) {
      throw usage(`expected either ${of('allowEmpty')} or ${of('minEvents')}, got both`);
    }
  },

  function firstEvents({ limit, ifExists, dryRun }, { of }) {
    if (limit === undefined || ifExists !== 'replace' || dryRun) return;
    throw usage(
      `${of('limit')}: expected no ${of('ifExists')} replace with it, got both`,
      'A few events would take the place of whole days.',
    );
  },

  function mapping(options, { of }) {
    if (options.mapping === undefined || options.preset === undefined) return;
    throw usage(
      `expected either ${of('mapping')} or ${of('preset')}, got both`,
      `hackle-import presets ${options.preset} prints the preset as a mapping file to adapt.`,
    );
  },

  function duplicates({ dedupe, dedupeMemory, insertId }, { of }) {
    if (dedupeMemory !== undefined && dedupe === undefined) {
      throw usage(`${of('dedupeMemory')}: expected ${of('dedupe')} with it, got none`);
    }
    if (dedupe && insertId === 'any') {
      throw usage(
        `${of('dedupe')}: expected UUIDs as insert_id, got the mode "any"`,
        'With --insert-id derive an id that is no UUID becomes one.',
      );
    }
  },

  function dialect({ csv = {} }) {
    checkCsvOptions(csv);
  },
];

function usage(message: string, hint?: string): ImportError {
  return new ImportError('E_USAGE', message, hint === undefined ? {} : { hint });
}
