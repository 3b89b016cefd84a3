import { type EventBatch, SCALAR_COLUMNS, type ScalarColumn } from '../batch/event-batch.ts';
import { CODE_NAMES, CODE_NUMBERS, type RejectCode } from '../codes.ts';
import type { MappingPlan } from '../mapping/plan.ts';
import { place, rejectMessage } from '../messages.ts';
import type { RecordStageOptions } from '../record/stages.ts';
import { EventView } from './event-view.ts';
import { laterProblems } from './later-problems.ts';
import { notObjects } from './not-objects.ts';
import { REQUIRED_KEYS, RequiredKeySources } from './required-key.ts';
import { placeText, type SlotPath, slotPaths } from './slot-paths.ts';
import { unionValues } from './union-values.ts';

/** The column in which a value is missing or wrong. */
const COLUMNS: Readonly<Partial<Record<RejectCode, ScalarColumn>>> = {
  insert_id_missing: 'insert_id',
  insert_id_invalid: 'insert_id',
  event_key_missing: 'event_key',
  event_key_invalid: 'event_key',
  ts_missing: 'ts',
  ts_invalid: 'ts',
  ts_out_of_range: 'ts',
  ts_implausible: 'ts',
  ts_not_in_timezone: 'ts',
  metric_value_invalid: 'metric_value',
  metric_value_out_of_range: 'metric_value',
};
/** Codes of rows that are rejected before `ts` and `metric_value` are read. */
const BEFORE_TIMES: readonly RejectCode[] = [
  'insert_id_missing',
  'insert_id_invalid',
  'event_key_missing',
  'event_key_invalid',
  'avro_union',
  ...REQUIRED_KEYS.map(({ code }) => code),
];
/** Codes of stages after which others did not look at the row. */
const IN_STAGES: ReadonlySet<RejectCode> = new Set<RejectCode>([
  ...BEFORE_TIMES,
  'ts_missing',
  'ts_invalid',
  'ts_out_of_range',
  'ts_not_in_timezone',
]);
/** Codes that the fields of an event give, seen through its mapping. */
const EXPLAINED: ReadonlySet<number> = new Set(
  [...BEFORE_TIMES, ...(Object.keys(COLUMNS) as RejectCode[]), 'map_not_an_object' as const].map(
    (code) => CODE_NUMBERS[code],
  ),
);

/**
 * Writes the messages of rejected events: they name the paths in the user's own data and what was found there, and
 * all problems of an event at once.
 */
export class Explainer {
  readonly #plan: MappingPlan;
  readonly #paths: ReadonlyMap<number, SlotPath>;
  readonly #required: RequiredKeySources;

  constructor(plan: MappingPlan) {
    this.#plan = plan;
    this.#paths = slotPaths(plan);
    this.#required = new RequiredKeySources(plan, this.#paths);
  }

  /** Notes the messages of a batch's rejected rows, after the last stage that rejects any. */
  explain(batch: EventBatch, options: RecordStageOptions): void {
    const codes = batch.codes.slice();
    const rows: number[] = [];
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row] as number;
      if (code !== 0 && EXPLAINED.has(code)) rows.push(row);
    }
    if (rows.length === 0) return;
    const codeOf = (row: number): RejectCode => CODE_NAMES[codes[row] as number] as RejectCode;
    const early = rows.filter((row) => IN_STAGES.has(codeOf(row)));
    const later = early.length === 0 ? undefined : laterProblems(batch, early, options);
    for (const row of rows) {
      const view = this.#viewOf(batch, row);
      if (view === undefined) continue;
      const code = codeOf(row);
      const found = [code, ...this.#missing(batch, row, code, view), ...(later?.get(row) ?? [])];
      const texts = [...new Set(found)].flatMap((each) => this.#texts(batch, row, each, view));
      batch.setNote(row, texts.join('; also: '));
    }
  }

  /** The event of a row; undefined if its text cannot be read here. */
  #viewOf(batch: EventBatch, row: number): EventView | undefined {
    const { raw } = batch.origin(row);
    try {
      return new EventView(this.#plan, batch.readRaw?.(raw) ?? JSON.parse(raw));
    } catch {
      return undefined;
    }
  }

  /** What else an event lacks, in the order in which it is checked. */
  #missing(batch: EventBatch, row: number, code: RejectCode, view: EventView): RejectCode[] {
    const order = BEFORE_TIMES.indexOf(code);
    if (order < 0 && code !== 'map_not_an_object') return [];
    const keys = this.#required.missing(view).map((required) => required.code);
    const eventKey = this.#eventKeyProblem(batch, row, code, view);
    const found: RejectCode[] = eventKey === undefined ? [] : [eventKey];
    if (this.#unionValues(view).length > 0) found.push('avro_union');
    found.push(...keys);
    return found.filter((each) => BEFORE_TIMES.indexOf(each) > order);
  }

  #eventKeyProblem(
    batch: EventBatch,
    row: number,
    code: RejectCode,
    view: EventView,
  ): RejectCode | undefined {
    if (code !== 'map_not_an_object') {
      const { text, kind } = batch.scalar(row, 'event_key');
      if (kind >= batch.kernel.constant('KIND_OBJECT')) return 'event_key_invalid';
      return text === '' || kind <= batch.kernel.constant('KIND_NULL')
        ? 'event_key_missing'
        : undefined;
    }
    const target = this.#plan.scalars[SCALAR_COLUMNS.indexOf('event_key')];
    if (target?.constant) return undefined;
    const values = this.#placesOf('event_key').map((place) => view.at(place));
    return values.every((value) => value === undefined || value === null || value === '')
      ? 'event_key_missing'
      : undefined;
  }

  #texts(batch: EventBatch, row: number, code: RejectCode, view: EventView): string[] {
    if (code === 'map_not_an_object') {
      const found = notObjects(this.#plan, view);
      // The kernel notes one place only.
      if (found.length === 1) return [`${found[0]}${place(batch, row)}`];
      return found.length === 0 ? [rejectMessage(batch, row, code)] : found;
    }
    const message = rejectMessage(batch, row, code);
    if (code === 'avro_union') {
      return [withPlaces(message, view.describeAll(this.#unionValues(view)))];
    }
    const column = COLUMNS[code];
    if (column === undefined) {
      const required = REQUIRED_KEYS.find((each) => each.code === code);
      return [withPlaces(message, required ? this.#required.describe(view, required) : [])];
    }
    const places = this.#placesOf(column);
    if (code.endsWith('_missing')) return [withPlaces(message, view.describeAll(places))];
    const from = places.find((place) => {
      const value = view.at(place);
      return value !== undefined && value !== null && value !== '';
    });
    const isNamed = from === undefined || placeText(from) === column;
    return [
      isNamed
        ? message
        : `${column}, from ${placeText(from)}, ${message.replace(`${column} `, '')}`,
    ];
  }

  #unionValues(view: EventView): SlotPath[] {
    return unionValues(this.#plan, this.#paths, view);
  }

  #placesOf(column: ScalarColumn): SlotPath[] {
    const target = this.#plan.scalars[SCALAR_COLUMNS.indexOf(column)];
    return (target?.slots ?? []).flatMap((slot) => this.#paths.get(slot) ?? []);
  }
}

function withPlaces(message: string, places: readonly string[]): string {
  return places.length === 0 ? message : `${message}: ${places.join(', ')}`;
}
