import type { SchemaElement } from 'hyparquet';

/** A column as people write it: `ts`, `required TIMESTAMP(MILLIS, UTC)`. */
export interface ColumnText {
  name: string;
  type: string;
}

const TEXT = 'required STRING';
const MAP = `required MAP(${TEXT}, ${TEXT})`;

/** The columns of the vendor's page. */
export const VENDOR_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  insert_id: [TEXT],
  event_key: [TEXT],
  ts: ['required TIMESTAMP(MILLIS, UTC)'],
  metric_value: ['required DECIMAL(24, 6)'],
  identifiers: [MAP, TEXT],
  event_properties: [MAP],
  user_properties: [MAP],
  platform_properties: [MAP],
};
/** Bytes in which DECIMAL(24, 6) fits; a text of another width names it. */
const DECIMAL_BYTES: Readonly<Record<string, number>> = { 'DECIMAL(24, 6)': 11 };

/** Writes the columns of a schema. @throws any Error where elements are missing */
export function columnTexts(schema: readonly SchemaElement[]): ColumnText[] {
  const rest = schema.values();
  const next = (): SchemaElement => {
    const { value, done } = rest.next();
    if (done) throw new Error('the schema has fewer elements than its groups say');
    return value;
  };
  const columns = Array.from({ length: children(next()) }, () => columnText(next));
  if (!rest.next().done) throw new Error('the schema has more elements than its groups say');
  return columns;
}

function children({ num_children: count = 0 }: SchemaElement): number {
  if (!(count >= 0 && count <= 1000)) throw new Error(`a group of ${count} columns`);
  return count;
}

function columnText(next: () => SchemaElement): ColumnText {
  const element = next();
  const repetition = element.repetition_type?.toLowerCase() ?? 'unknown';
  return { name: element.name, type: `${repetition} ${typeText(element, next)}` };
}

function typeText(element: SchemaElement, next: () => SchemaElement): string {
  if (element.type !== undefined) return leafText(element);
  const inner = Array.from({ length: children(element) }, () => columnText(next));
  const { logical_type, converted_type } = element;
  const entries = inner.length === 1 ? (inner[0] as ColumnText).type : '';
  const [, fields] = /^repeated GROUP\((.*)\)$/.exec(entries) ?? [];
  const isMap = logical_type?.type === 'MAP' || converted_type === 'MAP';
  if (isMap && fields !== undefined) {
    return `MAP(${fields.replaceAll(/\b(?:key|value): /g, '')})`;
  }
  return `GROUP(${inner.map(({ name, type }) => `${name}: ${type}`).join(', ')})`;
}

function leafText({
  type,
  type_length,
  logical_type,
  converted_type,
  ...more
}: SchemaElement): string {
  switch (logical_type?.type ?? converted_type) {
    case 'STRING':
    case 'UTF8':
      return type === 'BYTE_ARRAY' ? 'STRING' : `STRING in ${type}`;
    case 'TIMESTAMP': {
      const { isAdjustedToUTC, unit } = logical_type as {
        isAdjustedToUTC?: boolean;
        unit?: string;
      };
      return `TIMESTAMP(${unit}, ${isAdjustedToUTC ? 'UTC' : 'local'})`;
    }
    case 'TIMESTAMP_MILLIS':
    case 'TIMESTAMP_MICROS':
      return `TIMESTAMP(${converted_type?.slice('TIMESTAMP_'.length)}, UTC)`;
    case 'DECIMAL': {
      const { precision, scale } = { ...more, ...logical_type } as {
        precision?: number;
        scale?: number;
      };
      const text = `DECIMAL(${precision}, ${scale ?? 0})`;
      const fits = type === 'FIXED_LEN_BYTE_ARRAY' && type_length === DECIMAL_BYTES[text];
      return fits
        ? text
        : `${text} in ${type}${type_length === undefined ? '' : `(${type_length})`}`;
    }
    default:
      return [logical_type?.type ?? converted_type, type].filter(Boolean).join(' in ');
  }
}
