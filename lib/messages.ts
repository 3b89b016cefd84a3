import {
  type EventBatch,
  MAP_COLUMNS,
  NO_POSITION,
  type ScalarColumn,
} from './batch/event-batch.ts';
import type { RejectCode } from './codes.ts';

/** Of a value, this much is shown in a message. */
const SHOWN = 60;

/** Says of a rejected event what was expected and what came. */
export function rejectMessage(batch: EventBatch, row: number, code: RejectCode): string {
  return batch.note(row) ?? messageOf(batch, row, code);
}

function messageOf(batch: EventBatch, row: number, code: RejectCode): string {
  const got = (column: ScalarColumn): string => shown(batch.scalar(row, column).text);
  switch (code) {
    case 'invalid_json':
      return `the text is not valid JSON${context(batch, row)}`;
    case 'invalid_utf8':
      return 'the line is not valid UTF-8; convert the file to UTF-8';
    case 'not_an_object':
      return 'expected a JSON object as the event, got another JSON value';
    case 'too_deep':
      return 'objects and arrays are nested more than 512 deep';
    case 'line_too_long':
      return 'the line is longer than the limit for lines (--max-line); raw is its beginning';
    case 'insert_id_missing':
      return 'insert_id is missing, null or empty; --insert-id derive makes one of the event’s content';
    case 'insert_id_invalid':
      return `insert_id should be a UUID such as 8fb8e088-9245-4fce-bb87-7e09d9917ed6, got ${got('insert_id')}; see --insert-id any|derive`;
    case 'event_key_missing':
      return 'event_key is missing, null or empty';
    case 'event_key_invalid':
      return `event_key should be a string, got ${got('event_key')}`;
    case 'ts_missing':
      return 'ts is missing, null or empty';
    case 'ts_invalid':
      return `ts should be an ISO 8601 time such as 2023-01-01T00:01:02.333Z or an epoch number, got ${got('ts')}`;
    case 'ts_out_of_range':
      return `ts should be in the years 0001 to 9999, got ${got('ts')}`;
    case 'ts_not_in_timezone':
      return `ts is a local time that the mapping's timezone skips or has twice: ${got('ts')}`;
    case 'metric_value_invalid':
      return `metric_value should be a number or numeric string, got ${got('metric_value')}`;
    case 'metric_value_out_of_range':
      return `metric_value should have at most 18 integer digits, got ${got('metric_value')}`;
    case 'identifier_id_missing':
      return 'identifiers has no non-empty "id" (the device identifier the vendor requires)';
    case 'identifier_device_id_missing':
      return 'identifiers has no non-empty "device_id" (the vendor requires it)';
    case 'platform_osname_missing':
      return 'platform_properties has no non-empty "osname" (the vendor requires it)';
    case 'platform_appversion_missing':
      return 'platform_properties has no non-empty "appversion" (the vendor requires it)';
    case 'map_not_an_object':
      return `expected a JSON object for ${MAP_COLUMNS.join(', ')}, got another value${context(batch, row)}`;
    case 'transform_failed':
      return 'the transform did not give a valid event';
    case 'wrong_cell_count':
      return wrongCellCount(batch.detail(row) >>> 16, batch.detail(row) & 0xffff);
    case 'invalid_quote':
      return `a quote stands inside a cell that does not begin with one, or before other text than a delimiter${quotePlace(batch, row)}; quotes inside quotes are doubled`;
    case 'unclosed_quote':
      return 'the quote that opens a cell of this line is closed neither before the end nor within the limit for lines (--max-line)';
    case 'event_key_too_long':
      return `event_key has more than 128 characters: ${got('event_key')}`;
    case 'event_properties_too_many':
      return `event_properties has ${batch.entries(row, 'event_properties').length} entries, the vendor takes 64`;
    case 'user_properties_too_many':
      return `user_properties has ${batch.entries(row, 'user_properties').length} entries, the vendor takes 128`;
    case 'property_key_too_long':
      return 'a property key has more than 128 characters';
    case 'property_value_too_long':
      return 'a property value has more than 1,024 characters';
    case 'identifier_value_length':
      return 'an identifier is empty or has more than 512 characters';
  }
}

function wrongCellCount(cells: number, columns: number): string {
  return `the record has ${cells} ${cells === 1 ? 'cell' : 'cells'}, the header ${columns}`;
}

/** Where the byte is that `detail` names, and the text there. */
function context(batch: EventBatch, row: number): string {
  const at = batch.detail(row);
  if (at === NO_POSITION) return '';
  const bytes = Buffer.from(batch.origin(row).raw, 'utf8');
  const text =
    at < bytes.length ? `: ${shown(bytes.toString('utf8', at))}` : ' (the line ends early)';
  return ` at byte ${at + 1} of the line${text}`;
}

/** A malformed record is rejected line by line, and only one of the lines has the wrong quote. */
function quotePlace(batch: EventBatch, row: number): string {
  const at = batch.detail(row);
  return at === 0 ? ' in another line of this record' : `, at byte ${at} of the line`;
}

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
