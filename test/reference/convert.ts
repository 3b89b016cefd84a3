// What a conversion must give, written the slowest and most obvious way: one event after another, each
// as a tree, numbers with BigInt, time zones with Intl. Tests hold the program equal to it.

import { readMetric } from './decimal.ts';
import {
  compactJson,
  depthOf,
  hasLoneSurrogate,
  type JsonValue,
  readJson,
  textOf,
  wellFormed,
} from './json.ts';
import {
  entriesOf,
  isWanted,
  lookup,
  MAPS,
  type MapName,
  membersMet,
  namedRepeats,
  parseTexts,
  pathOf,
  type RawEntry,
  REFERENCE_VENDOR_MAPPING,
  type ReferenceMapping,
  readValues,
  select,
  sourceOf,
  withoutRepeats,
} from './mapping.ts';
import { dayOf, readTimestamp, type TimestampOptions } from './timestamp.ts';
import { isUuid, uuidV5 } from './uuid.ts';

export interface ReferenceOptions {
  mapping?: ReferenceMapping | undefined;
  insertId?: 'uuid' | 'any' | 'derive' | undefined;
  limits?: 'warn' | 'reject' | 'off' | undefined;
  identifiers?: 'map' | 'json' | undefined;
  flatten?: boolean | undefined;
  /** UTC days, both included. */
  from?: string | undefined;
  until?: string | undefined;
  /** Takes times that cannot be: before 2000, or more than a day ahead of now. */
  anyDay?: boolean | undefined;
  /** What happens to events of today and tomorrow. Default `leave`. */
  unfinished?: 'leave' | 'commit' | undefined;
  /** Bytes; default 16 MiB. */
  maxLine?: number | undefined;
}

/** A map's entries in order. */
export type Entries = [key: string, value: string][];

/** A row of the output. */
export interface Row {
  insert_id: string;
  event_key: string;
  /** Milliseconds since 1970. */
  ts: bigint;
  /** Times 10^6. */
  metric_value: bigint;
  /** JSON text with `identifiers: 'json'`. */
  identifiers: Entries | string;
  event_properties: Entries;
  user_properties: Entries;
  platform_properties: Entries;
}

export interface ReferenceReject {
  /** Counted from 1. */
  line: number;
  /** Byte offset of the line, behind a byte order mark. */
  offset: number;
  code: string;
  /** The line without the JSON white space around it. */
  raw: string;
}

export interface ReferenceResult {
  /** UTC day → its rows in the order of the input. */
  rows: Map<string, Row[]>;
  rejects: ReferenceReject[];
  warnings: Record<string, number>;
  rowsIn: number;
  rowsWritten: number;
  rowsFiltered: number;
}

/** Deepest nesting of an event; the event itself is level 1. */
const MAX_DEPTH = 512;
const MAX_LINE = 16 << 20;
const MAX_KEYS = 32_768;
const DAY_MS = 86_400_000;

/** Why an event does not become a row. */
class Rejected extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

type Warn = (code: string, count?: number) => void;

/** Converts one source. */
export function referenceConvert(bytes: Buffer, options: ReferenceOptions = {}): ReferenceResult {
  const result: ReferenceResult = {
    rows: new Map(),
    rejects: [],
    warnings: {},
    rowsIn: 0,
    rowsWritten: 0,
    rowsFiltered: 0,
  };
  const warn: Warn = (code, count = 1) => {
    if (count > 0) result.warnings[code] = (result.warnings[code] ?? 0) + count;
  };
  for (const { line, number, offset } of linesOf(bytes)) {
    if (line.length <= (options.maxLine ?? MAX_LINE) && trim(line).length === 0) continue;
    result.rowsIn++;
    try {
      const row = rowOf(line, options, warn);
      if (row === undefined) {
        result.rowsFiltered++;
        continue;
      }
      const day = dayOf(row.ts);
      const rows = result.rows.get(day) ?? [];
      result.rows.set(day, rows);
      rows.push(row);
      result.rowsWritten++;
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      const raw = trim(line).toString('utf8');
      result.rejects.push({ line: number, offset, code: error.code, raw });
    }
  }
  return result;
}

/** The row of a line; undefined if it is left out. */
function rowOf(line: Buffer, options: ReferenceOptions, warn: Warn): Row | undefined {
  const mapping = options.mapping ?? REFERENCE_VENDOR_MAPPING;

  // Parse.
  if (line.length > (options.maxLine ?? MAX_LINE)) throw new Rejected('line_too_long');
  const { event: source, lone } = parseTexts(readEvent(line), mapping);
  if (membersMet(source, mapping, options.flatten ?? false) > MAX_KEYS) {
    throw new Rejected('too_many_keys');
  }
  const event = withoutRepeats(source, mapping);
  if (!isWanted(event, mapping)) return undefined;
  const derives = insertIdMode(mapping, options) === 'derive';
  const found = {} as Record<MapName, RawEntry[]>;
  for (const map of MAPS) {
    const entries = entriesOf(event, mapping, map, options.flatten ?? false, derives);
    if (entries === 'map_not_an_object') throw new Rejected(entries);
    found[map] = entries;
  }
  const scalars = {
    insert_id: select(event, sourceOf(mapping, 'insert_id')),
    event_key: select(event, sourceOf(mapping, 'event_key')),
    ts: timeOf(event, mapping),
    metric_value: select(event, sourceOf(mapping, 'metric_value')),
  };
  warn('duplicate_key', namedRepeats(source, mapping));
  const entries = MAPS.flatMap((map) => found[map]);
  const texts = [...readValues(event, mapping), ...entries.map(({ value }) => value)];
  if (lone || texts.some(isLone) || entries.some(({ key }) => hasLoneSurrogate(key))) {
    warn('lone_surrogate');
  }

  // Validate. What is required is looked for among the final entries.
  const maps = {} as Record<MapName, LoweredMap>;
  for (const map of MAPS) maps[map] = lowerKeys(found[map]);
  const insertId = readInsertId(scalars.insert_id, line, event, mapping, options);
  const eventKey = readEventKey(scalars.event_key);
  refuseUnions(found.identifiers);
  requireText(maps.identifiers, 'id', 'identifier_id_missing');
  requireText(maps.identifiers, 'device_id', 'identifier_device_id_missing');
  refuseUnions(found.platform_properties);
  const osname = requireText(maps.platform_properties, 'osname', 'platform_osname_missing');
  requireText(maps.platform_properties, 'appversion', 'platform_appversion_missing');

  // Lower-case keys.
  for (const map of MAPS) {
    warn('duplicate_key', maps[map].duplicates);
    warn('null_dropped', maps[map].nulls);
  }

  // Truncate timestamps.
  const ts = readTs(scalars.ts, mapping);

  // Metric value.
  const metric = readMetricValue(scalars.metric_value);
  if (metric.rounded) warn('metric_value_rounded');

  // Limits.
  const identifiers = maps.identifiers.entries;
  const properties = [...maps.event_properties.entries, ...maps.user_properties.entries];
  const limits: [code: string, count: number][] = [
    ['event_key_too_long', eventKey.length > 128 ? 1 : 0],
    ['event_properties_too_many', maps.event_properties.entries.length > 64 ? 1 : 0],
    ['user_properties_too_many', maps.user_properties.entries.length > 128 ? 1 : 0],
    ...properties.flatMap(([key, value]): [string, number][] => [
      ['property_key_too_long', key.length > 128 ? 1 : 0],
      ['property_value_too_long', value.length > 1024 ? 1 : 0],
    ]),
    [
      'identifier_value_length',
      identifiers.filter(([, value]) => value.length === 0 || value.length > 512).length,
    ],
  ];
  for (const [code, count] of limits) {
    if (count === 0 || options.limits === 'off') continue;
    if (options.limits === 'reject') throw new Rejected(code);
    warn(code, count);
  }

  if (!['android', 'ios'].includes(osname.toLowerCase())) warn('osname_unknown');

  // Route: whatever its day, an event was checked whole.
  const day = dayOf(ts);
  if (options.from !== undefined && day < options.from) return undefined;
  if (options.until !== undefined && day > options.until) return undefined;
  const now = clock();
  const isPlausible = day >= '2000-01-01' && ts <= now + DAY_MS;
  if (!isPlausible && !options.anyDay) throw new Rejected('ts_implausible');
  const isUnfinished = day === dayOf(BigInt(now)) || day === dayOf(BigInt(now + DAY_MS));
  if (isUnfinished && options.unfinished !== 'commit') return undefined;

  return {
    insert_id: insertId,
    event_key: eventKey,
    ts,
    metric_value: metric.value,
    identifiers: options.identifiers === 'json' ? jsonOf(identifiers) : identifiers,
    event_properties: maps.event_properties.entries,
    user_properties: maps.user_properties.entries,
    platform_properties: maps.platform_properties.entries,
  };
}

/** The time of the program's clock, which tests set in the environment. */
function clock(): number {
  const given = process.env.HACKLE_IMPORT_NOW;
  return given === undefined ? Date.now() : Date.parse(given);
}

/** The lines of a source: what stands between line feeds, a byte order mark at the start left out. */
function* linesOf(bytes: Buffer): Generator<{ line: Buffer; number: number; offset: number }> {
  let start = 0;
  for (let number = 1; start <= bytes.length; number++) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    const mark = start === 0 && bytes.subarray(0, 3).equals(Buffer.from('\ufeff')) ? 3 : 0;
    yield { line: bytes.subarray(start + mark, end), number, offset: start + mark };
    start = end + 1;
  }
}

/** The line without the JSON white space around it. */
function trim(line: Buffer): Buffer {
  let start = 0;
  let end = line.length;
  while (start < end && ' \t\r'.includes(String.fromCharCode(line[start] as number))) start++;
  while (end > start && ' \t\r'.includes(String.fromCharCode(line[end - 1] as number))) end--;
  return line.subarray(start, end);
}

function readEvent(line: Buffer): JsonValue {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
  } catch {
    throw new Rejected('invalid_utf8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Rejected('invalid_json');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Rejected('not_an_object');
  }
  if (depthOf(text) > MAX_DEPTH) throw new Rejected('too_deep');
  return readJson(text);
}

interface LoweredMap {
  entries: Entries;
  duplicates: number;
  nulls: number;
}

/** Refuses values as Avro's JSON encoding writes those of unions. */
function refuseUnions(entries: RawEntry[]): void {
  if (entries.some(({ value }) => isUnion(value))) throw new Rejected('avro_union');
}

function isUnion(value: JsonValue): boolean {
  if (value.kind !== 'object') return false;
  const names = 'boolean int long float double bytes string array map'.split(' ');
  const members = Object.keys(JSON.parse(textOf(value)));
  return members.length === 1 && names.includes(members[0] as string);
}

/** Lower-cases keys; of equal ones the last wins in the place of the first; then nulls go. */
function lowerKeys(raw: RawEntry[]): LoweredMap {
  const values = new Map<string, JsonValue>();
  for (const { key, value } of raw) values.set(wellFormed(key).toLowerCase(), value);
  const entries: Entries = [];
  let nulls = 0;
  for (const [key, value] of values) {
    if (value.kind === 'null') nulls++;
    else entries.push([key, textOf(value)]);
  }
  return { entries, duplicates: raw.length - values.size, nulls };
}

function requireText(map: LoweredMap, key: string, code: string): string {
  const text = map.entries.find((entry) => entry[0] === key)?.[1];
  if (text === undefined || text === '') throw new Rejected(code);
  return text;
}

function readInsertId(
  value: JsonValue | undefined,
  line: Buffer,
  event: JsonValue,
  mapping: ReferenceMapping,
  options: ReferenceOptions,
): string {
  const derive = deriveOf(mapping);
  const mode = insertIdMode(mapping, options);
  const nested = value?.kind === 'object' || value?.kind === 'array';
  const text = value === undefined || nested ? '' : textOf(value);
  if (mode === 'derive') {
    if (isUuid(text)) return text;
    if (value !== undefined && isUnion(value)) throw new Rejected('insert_id_invalid');
    const { name, fromId } = mapping.insert_id as { name?: string; fromId?: boolean | string[] };
    const textsAt = (paths: string[]): string[] =>
      paths.map((path) => {
        const field = lookup(event, pathOf(path));
        return field === undefined || field.kind === 'null' ? '' : textOf(field);
      });
    const prefix = name === undefined || name === '' ? '' : `${name}\u001f`;
    if (fromId && text !== '') {
      const more = typeof fromId === 'object' ? textsAt(fromId) : [];
      return uuidV5(prefix + [text, ...more].join('\u001f'));
    }
    if (derive === undefined || derive === 'raw') {
      return uuidV5(Buffer.concat([Buffer.from(prefix), trim(line)]));
    }
    return uuidV5(prefix + textsAt(derive).join('\u001f'));
  }
  if (nested) throw new Rejected('insert_id_invalid');
  if (text === '') throw new Rejected('insert_id_missing');
  const good = mode === 'any' ? Buffer.byteLength(text) <= 512 : isUuid(text);
  if (!good) throw new Rejected('insert_id_invalid');
  return text;
}

function deriveOf({ insert_id: spec }: ReferenceMapping): 'raw' | string[] | undefined {
  return typeof spec === 'object' && !Array.isArray(spec) && 'derive' in spec
    ? spec.derive
    : undefined;
}

function insertIdMode(
  mapping: ReferenceMapping,
  options: ReferenceOptions,
): 'uuid' | 'any' | 'derive' {
  return options.insertId ?? (deriveOf(mapping) === undefined ? 'uuid' : 'derive');
}

/** The value of `ts`; a date whose time of day is another field gets it. */
function timeOf(event: JsonValue, mapping: ReferenceMapping): JsonValue | undefined {
  const date = select(event, sourceOf(mapping, 'ts'));
  const { ts } = mapping;
  const path = typeof ts === 'object' && 'time' in ts ? ts.time : undefined;
  const time = path === undefined ? undefined : lookup(event, pathOf(path));
  if (date?.kind !== 'string' || time?.kind !== 'string') return date;
  return { kind: 'string', value: `${date.value} ${time.value}` };
}

function readEventKey(value: JsonValue | undefined): string {
  if (value === undefined) throw new Rejected('event_key_missing');
  if (value.kind === 'object' || value.kind === 'array') throw new Rejected('event_key_invalid');
  const text = textOf(value);
  if (text === '') throw new Rejected('event_key_missing');
  return text;
}

function readTs(value: JsonValue | undefined, mapping: ReferenceMapping): bigint {
  if (value === undefined) throw new Rejected('ts_missing');
  if (value.kind !== 'string' && value.kind !== 'number') throw new Rejected('ts_invalid');
  const how: TimestampOptions =
    typeof mapping.ts === 'object' && 'path' in mapping.ts ? { ...mapping.ts } : {};
  const text = textOf(value);
  if (text === '') throw new Rejected('ts_missing');
  const ts = readTimestamp(text, how);
  if (typeof ts === 'string') throw new Rejected(ts);
  return ts;
}

function readMetricValue(value: JsonValue | undefined): { value: bigint; rounded: boolean } {
  if (value === undefined) return { value: 0n, rounded: false };
  if (value.kind !== 'string' && value.kind !== 'number') {
    throw new Rejected('metric_value_invalid');
  }
  const metric = readMetric(textOf(value));
  if (typeof metric === 'string') throw new Rejected(metric);
  return metric;
}

function isLone(value: JsonValue | undefined): boolean {
  return value?.kind === 'string' && hasLoneSurrogate(value.value);
}

/** The text of `identifiers` for an importer that wants a string. */
function jsonOf(entries: Entries): string {
  return compactJson({
    kind: 'object',
    members: entries.map(([name, value]) => ({ name, value: { kind: 'string', value }, at: 0 })),
  });
}
