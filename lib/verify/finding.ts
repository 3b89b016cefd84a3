/**
 * What `verify` may find, and whether that is a fault. A fault breaks a rule of the vendor's page or of the format, so
 * that an importer may fail or take wrong events. The rest is only odd: there are days of which it is right.
 */
export const FINDINGS = {
  day_missing: 'fault',
  day_name: 'fault',
  unreadable: 'fault',
  day_gap: 'odd',
  day_empty: 'odd',
  day_cut: 'odd',
  empty_hours: 'odd',
  no_success: 'fault',
  success_not_empty: 'fault',
  name_gap: 'fault',
  name: 'fault',
  stranger: 'fault',
  hidden_file: 'odd',
  not_parquet: 'fault',
  footer: 'fault',
  schema: 'fault',
  schema_mixed: 'fault',
  no_rows: 'fault',
  count: 'fault',
  place: 'fault',
  codec: 'fault',
  unread: 'odd',
  ts_day: 'fault',
  statistics: 'fault',
  no_statistics: 'odd',
  page: 'fault',
  levels: 'fault',
  dictionary: 'fault',
  text: 'fault',
  empty_value: 'fault',
  key_case: 'fault',
  key_twice: 'fault',
  required_key: 'fault',
  decimal: 'fault',
  identifiers_json: 'fault',
  duplicate_id: 'fault',
  id_not_uuid: 'odd',
  limits: 'odd',
  osname: 'odd',
} as const;

/** Codes of findings. They are stable: scripts may compare them. */
export type FindingCode = keyof typeof FINDINGS;

/** Where something was found; each part is absent where it does not apply. */
export interface FindingPlace {
  /** Name of the file below the folder of days: `dt=2023-01-01/000000000000.parquet`. */
  file?: string;
  /** Row group in the file, counted from 0. */
  rowGroup?: number;
  /** Column, or the keys or values of a map: `event_properties.key`. */
  column?: string;
  /** Row in its row group, counted from 0. */
  row?: number;
}

/** Something that is wrong or odd about a day. */
export interface Finding extends FindingPlace {
  code: FindingCode;
  /** A fault breaks a rule; what is odd may be right. */
  kind: 'fault' | 'odd';
  /** What was found, for a person. */
  message: string;
}

/** What a check calls with each thing that it finds. */
export type Note = (code: FindingCode, message: string, place?: FindingPlace) => void;

/** Most findings that are kept of a day; further ones are only counted. */
const MOST = 200;

/** The findings of a day. Of one kind, a column of a row group keeps the first one only. */
export class Findings {
  readonly list: Finding[] = [];
  /** Findings that were not kept. */
  more = 0;
  faults = 0;
  readonly #seen = new Set<string>();

  readonly add: Note = (code, message, place = {}) => {
    const kind = FINDINGS[code];
    const { file, rowGroup, column } = place;
    const key = `${code}\n${file}\n${rowGroup}\n${column}\n${column === undefined ? message : ''}`;
    if (this.#seen.has(key)) return;
    if (kind === 'fault') this.faults++;
    if (this.list.length >= MOST) {
      this.more++;
      return;
    }
    this.#seen.add(key);
    this.list.push({ code, kind, message, ...place });
  };
}
