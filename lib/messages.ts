import { AVRO_UNION_HINT, isAvroUnionText } from './avro-union.ts';
import {
  type EventBatch,
  MAP_COLUMNS,
  type MapColumn,
  NO_POSITION,
  type ScalarColumn,
} from './batch/event-batch.ts';
import { type Placeholder, REJECT_ROWS, type RejectCode } from './codes.ts';
import { dateUnit, readAs } from './time-messages.ts';

/** Characters of a value that a message shows. */
const SHOWN = 60;
const BOM = '\ufeff';
/** Marks, spaces without width and changes of direction. */
const INVISIBLE = /[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/g;

/** What a placeholder of a message becomes for a row. */
const FILLERS: Readonly<Record<Placeholder, (batch: EventBatch, row: number) => string>> = {
  insert_id: got('insert_id'),
  event_key: got('event_key'),
  ts: got('ts'),
  dateUnit,
  readAs,
  metric_value: got('metric_value'),
  event_properties: entryCount('event_properties'),
  user_properties: entryCount('user_properties'),
  maps: () => MAP_COLUMNS.join(', '),
  cells: (batch, row) => cells(batch.detail(row) >>> 16),
  columns: (batch, row) => String(batch.detail(row) & 0xffff),
  place,
  quote: (batch, row) => String(batch.detail(row)),
};

/** Says what was expected of a rejected event and what came instead. */
export function rejectMessage(batch: EventBatch, row: number, code: RejectCode): string {
  const note = batch.note(row);
  if (note !== undefined) return note;
  return REJECT_ROWS[code].message.replace(/\{(\w+)\}/g, (_, name: Placeholder) =>
    FILLERS[name](batch, row),
  );
}

function got(column: ScalarColumn): (batch: EventBatch, row: number) => string {
  return (batch, row) => {
    const { text, kind } = batch.scalar(row, column);
    const isUnion = kind === batch.kernel.constant('KIND_OBJECT') && isAvroUnionText(text);
    return isUnion ? `${shown(text)} (${AVRO_UNION_HINT})` : shown(text);
  };
}

function entryCount(column: MapColumn): (batch: EventBatch, row: number) => string {
  return (batch, row) => String(batch.entries(row, column).length);
}

function cells(count: number): string {
  return `${count} ${count === 1 ? 'cell' : 'cells'}`;
}

/** The byte of the line that `detail` names, and the text there. */
export function place(batch: EventBatch, row: number): string {
  const at = batch.detail(row);
  if (at === NO_POSITION) return '';
  const bytes = Buffer.from(batch.origin(row).raw, 'utf8');
  const rest = bytes.toString('utf8', at);
  if (rest.startsWith(BOM)) {
    return ` at byte ${at + 1} of the line: it is a byte order mark (U+FEFF), which files have at their beginning; were some joined?`;
  }
  const text = at < bytes.length ? `: ${shown(rest)}` : ' (the line ends early)';
  return ` at byte ${at + 1} of the line${text}`;
}

/** A text in double quotes, with escapes for characters that cannot be seen. */
function shown(text: string): string {
  const short = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return JSON.stringify(short).replace(INVISIBLE, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
