// Finds what the vendor requires in every event and a mapping cannot provide.

import type { InsertIdMode } from '../record/modes.ts';
import type { MappingProblem } from './problem.ts';
import { type EventMapping, type InsertIdMapping, mapForm, type Source } from './types.ts';

/**
 * Returns a problem for each required column or key that a mapping does not fill. The mapping must match the schema.
 */
export function findMissing(
  mapping: Partial<EventMapping>,
  insertId: InsertIdMode,
): MappingProblem[] {
  const problems: MappingProblem[] = [];
  const report = (path: string, message: string, hint: string): void => {
    problems.push({ path, message, hint });
  };
  if (mapping.insert_id === undefined && insertId !== 'derive') {
    report(
      'insert_id',
      'required: the UUID by which the vendor drops duplicate events. Give its field, or derive it from the event',
      'For example "insert_id": "messageId", or "insert_id": {"derive": "raw"}.',
    );
  }
  findIdle(mapping.insert_id, insertId, report);
  if (mapping.event_key === undefined) {
    report(
      'event_key',
      "required: the event's name. Give its field or a constant",
      'For example "event_key": "event", or "event_key": {"const": "purchase"}.',
    );
  } else if (lastConstant(mapping.event_key) === '') {
    report('event_key', 'expected a non-empty string as the constant', 'Give the event a name.');
  }
  if (mapping.ts === undefined) {
    report(
      'ts',
      'required: the time of the event. Give its field',
      'For example "ts": "time", or "ts": {"path": "time", "unit": "ms"}.',
    );
  }
  mapColumn(mapping, 'identifiers', ['id', 'device_id'], report);
  mapColumn(mapping, 'platform_properties', ['osname', 'appversion'], report);
  for (const column of ['event_properties', 'user_properties'] as const) {
    const { keys } = mapForm(mapping[column]);
    if (keys) rejectProto(column, keys, report);
  }
  return problems;
}

/** Reports what says how an id is derived in a mapping that derives none. */
function findIdle(spec: EventMapping['insert_id'], insertId: InsertIdMode, report: Report): void {
  if (insertId === 'derive' || typeof spec !== 'object' || Array.isArray(spec)) return;
  const { derive, ...given } = spec as InsertIdMapping;
  if (derive !== undefined) return;
  for (const field of ['name', 'fromId', 'keep'] as const) {
    if (given[field] === undefined) continue;
    report(
      `insert_id.${field}`,
      'has no effect without "derive", because no id is derived',
      'Say from what an id is derived where there is no UUID, such as "derive": "raw", or remove this field.',
    );
  }
}

type Report = (path: string, message: string, hint: string) => void;

function mapColumn(
  mapping: Partial<EventMapping>,
  column: 'identifiers' | 'platform_properties',
  required: readonly [string, string],
  report: Report,
): void {
  const spec = mapForm(mapping[column]);
  if (spec.keys) rejectProto(column, spec.keys, report);
  // Objects, `rest` and pairs may provide keys that only the events show.
  if (spec.rest || (spec.objects?.length ?? 0) > 0 || (spec.pairs?.length ?? 0) > 0) return;
  const given = new Map(
    Object.entries({ ...spec.keys, ...constants(spec.defaults) }).map(([key, from]) => [
      key.toLowerCase(),
      from,
    ]),
  );
  const missing = required.filter((key) => !given.has(key));
  const example = required.map((key) => `"${key}": {"const": "…"}`).join(', ');
  const hint = `For example "${column}": "path.of.object", or constants: "${column}": {"keys": {${example}}}.`;
  if (missing.length > 0) {
    const what = missing.map((key) => `"${key}"`).join(' and ');
    report(
      column,
      `required: the vendor requires ${what} here in every event. Give a field or a constant for each`,
      hint,
    );
  }
  for (const key of required) {
    const from = given.get(key);
    if (from === undefined || lastConstant(from) !== '') continue;
    report(`${column}.keys.${key}`, 'expected a non-empty string as the constant', hint);
  }
}

// zod drops this name without a check, and in an object in memory it may be the prototype.
function rejectProto(column: string, keys: object, report: Report): void {
  if (!Object.hasOwn(keys, '__proto__')) return;
  report(`${column}.keys.__proto__`, 'a key cannot have this name', 'Choose another name for it.');
}

function constants(texts: Readonly<Record<string, string>> = {}): Record<string, Source> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, { const: text }]));
}

function lastConstant(sources: unknown): string | undefined {
  const last: unknown = Array.isArray(sources) ? sources.at(-1) : sources;
  return typeof last === 'object' && last !== null ? (last as { const?: string }).const : undefined;
}
