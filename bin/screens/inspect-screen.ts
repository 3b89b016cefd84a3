import type { Row } from '../../lib/parquet/read-rows.ts';
import type { InspectedColumn, Inspection } from '../../lib/verify/inspect.ts';
import type { Style } from '../style.ts';
import { count, jsonText, plural, printable, short, size } from '../text.ts';
import { type TableColumn, tableLines } from './table.ts';
import { clip, pad, wrap } from './width.ts';

/** Columns for a value that are worth showing. */
const LEAST_SHOWN = 20;
/** Columns in which a row's values have no room beside their names. */
const NARROW = 60;

/** Parts of the screen that are left out unless they are asked for. */
export interface InspectParts {
  schema?: boolean;
  rowGroups?: boolean;
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'column' },
  { title: 'stored', side: 'right' },
  { title: 'raw', side: 'right', spare: 1 },
  { title: 'values', side: 'right', spare: 2 },
  { title: 'encodings', spare: 3 },
  { title: 'type', spare: 4 },
];
const GROUPS: readonly TableColumn[] = [
  { title: 'row group', side: 'right' },
  { title: 'events', side: 'right' },
  { title: 'stored', side: 'right', spare: 1 },
  { title: 'raw', side: 'right', spare: 2 },
  { title: 'first – last event', spare: 3 },
];
const STATISTICS: readonly TableColumn[] = [
  { title: 'column' },
  { title: 'least' },
  { title: 'greatest', spare: 1 },
];
const PAGES: readonly TableColumn[] = [
  { title: 'row group', side: 'right', spare: 3 },
  { title: 'column' },
  { title: 'at byte', side: 'right', spare: 2 },
  { title: 'stored', side: 'right' },
  { title: 'raw', side: 'right', spare: 1 },
  { title: 'values', side: 'right', spare: 4 },
  { title: 'kind', spare: 5 },
];

/** Writes what is in a Parquet file. */
export function inspectScreen(
  file: Inspection,
  { schema = false, rowGroups = false }: InspectParts,
  style: Style,
  width: number,
): string {
  const lines = [
    ...headLines(file, style, width),
    ...tableLines(
      COLUMNS,
      file.columns.map((column) => ({ cells: cellsOf(column) })),
      width,
    ),
    ...(schema ? ['', ...schemaLines(file, width)] : []),
    ...(rowGroups ? ['', ...groupLines(file, width)] : []),
    ...(file.pages === undefined ? [] : ['', ...pageLines(file.pages, width)]),
    ...(file.rows ?? []).flatMap((row, index) => ['', ...rowLines(row, index, width)]),
  ];
  const more = [
    file.rows === undefined ? '--rows 3' : '',
    rowGroups ? '' : '--row-groups',
    file.pages === undefined ? '--pages' : '',
    schema ? '' : '--schema',
    '--json',
  ].filter(Boolean);
  lines.push(...wrap(`${more.join('  ')}  tell more`, width, '  ').map(style.dim));
  return `${lines.join('\n')}\n`;
}

function headLines(file: Inspection, style: Style, width: number): string[] {
  const { bytes, events, rowGroups, codecs, differences, createdBy } = file;
  const isVendors = differences.length === 0;
  const facts = [
    size(bytes),
    plural(events, 'event'),
    plural(rowGroups.length, 'row group'),
    codecs.join(', ').toLowerCase(),
    isVendors ? "schema ✓ the vendor's" : "schema ✗ not the vendor's",
  ].filter(Boolean);
  const paint = isVendors ? (text: string) => text : style.red;
  return [
    ...wrap(facts.join('  '), width).map(paint),
    ...wrap(`written by ${printable(createdBy || 'an unknown program', 100)}`, width).map(
      style.dim,
    ),
    ...differences.flatMap((text) => wrap(`✗ ${printable(text)}`, width)),
  ];
}

function cellsOf({ name, type, values, stored, raw, encodings }: InspectedColumn): string[] {
  const shortened = encodings.map((each) => (each.endsWith('DICTIONARY') ? 'DICT' : each));
  return [
    printable(name, 60),
    size(stored),
    size(raw),
    short(values),
    [...new Set(shortened)].join('+'),
    type,
  ];
}

function schemaLines({ schema }: Inspection, width: number): string[] {
  return schema.flatMap(({ name, type }) => wrap(`${printable(name)}: ${type}`, width, '  '));
}

/** The row groups, and the least and greatest values of the first one: of many, that would be too much. */
function groupLines({ rowGroups }: Inspection, width: number): string[] {
  const rows = rowGroups.map(({ rows: events, stored, raw, columns }, index) => {
    const ts = columns.find(({ name }) => name === 'ts');
    const times = ts?.min === undefined ? '' : `${ts.min} – ${ts.max}`;
    return { cells: [count(index), count(events), size(stored), size(raw), times] };
  });
  const [first] = rowGroups;
  // Both values, or the least one only.
  const room = width - 4 - Math.max(...(first?.columns ?? []).map(({ name }) => name.length));
  const most = room >= 2 * LEAST_SHOWN ? (room >> 1) - 2 : Math.max(1, room - 2);
  const statistics = (first?.columns ?? []).map(({ name, min = '', max = '' }) => ({
    cells: [printable(name, 60), ...[min, max].map((text) => clip(printable(text), most))],
  }));
  return [
    ...tableLines(GROUPS, rows, width),
    '',
    ...wrap('least and greatest values of row group 0', width, '  '),
    ...tableLines(STATISTICS, statistics, width),
  ];
}

function pageLines(pages: NonNullable<Inspection['pages']>, width: number): string[] {
  const rows = pages.map(({ rowGroup, column, offset, kind, encoding, values, stored, raw }) => ({
    cells: [
      count(rowGroup),
      printable(column, 60),
      count(offset),
      size(stored),
      size(raw),
      count(values),
      `${kind} ${encoding}`,
    ],
  }));
  return tableLines(PAGES, rows, width);
}

/** A row: a column a line, longer values broken; where there is little room, values are below their names. */
function rowLines(row: Row, index: number, width: number): string[] {
  const label = Math.max(...Object.keys(row).map((name) => name.length)) + 4;
  const indent = width < NARROW ? 4 : Math.min(width >> 1, label);
  const lines = Object.entries(row).flatMap(([name, value]) => {
    const title = `  ${clip(printable(name), width < NARROW ? width - 2 : indent - 4)}`;
    const text = wrap(printable(valueText(value), 10_000), width - indent);
    const [first = '', ...rest] = text;
    const beside = width < NARROW ? [title, `    ${first}`] : [pad(title, indent) + first];
    return [...beside, ...rest.map((line) => ' '.repeat(indent) + line)];
  });
  return [`row ${index}`, ...lines.map((line) => line.trimEnd())];
}

function valueText(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no time' : value.toISOString();
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  if (typeof value !== 'object' || value === null) return String(value);
  // Spaces, so that lines are broken between entries.
  return jsonText(value).replaceAll('","', '", "');
}
