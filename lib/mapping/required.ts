// What the vendor requires of every event, as far as a mapping alone can show that it is missing.

import type { InsertIdMode } from '../record/modes.ts';
import type { MappingProblem } from './problem.ts';
import { type EventMapping, mapForm, type Source } from './types.ts';

/** The required columns that a mapping of the right shape does not feed. */
export function findMissing(
  mapping: Partial<EventMapping>,
  insertId: InsertIdMode,
): MappingProblem[] {
  const problems: MappingProblem[] = [];
  const miss = (path: string, message: string, hint: string): void => {
    problems.push({ path, message, hint });
  };
  if (mapping.insert_id === undefined && insertId !== 'derive') {
    miss(
      'insert_id',
      'required: the UUID by which the vendor drops events that come twice. Give its field, or derive it from the event',
      'For example "insert_id": "messageId", or "insert_id": {"derive": "raw"}.',
    );
  }
  if (mapping.event_key === undefined) {
    miss(
      'event_key',
      "required: the event's name. Give its field or a constant",
      'For example "event_key": "event", or "event_key": {"const": "purchase"}.',
    );
  } else if (lastConstant(mapping.event_key) === '') {
    miss(
      'event_key',
      'expected a text that is not empty as the constant',
      'Give the event a name.',
    );
  }
  if (mapping.ts === undefined) {
    miss(
      'ts',
      'required: the time of the event. Give its field',
      'For example "ts": "time", or "ts": {"path": "time", "unit": "ms"}.',
    );
  }
  mapColumn(mapping, 'identifiers', ['id', 'device_id'], miss);
  mapColumn(mapping, 'platform_properties', ['osname', 'appversion'], miss);
  for (const column of ['event_properties', 'user_properties'] as const) {
    const { keys } = mapForm(mapping[column]);
    if (keys) refuseProto(column, keys, miss);
  }
  return problems;
}

type Miss = (path: string, message: string, hint: string) => void;

function mapColumn(
  mapping: Partial<EventMapping>,
  column: 'identifiers' | 'platform_properties',
  required: readonly [string, string],
  miss: Miss,
): void {
  const spec = mapForm(mapping[column]);
  if (spec.keys) refuseProto(column, spec.keys, miss);
  // Whole objects and the rest bring keys that only the events show.
  if (spec.rest || (spec.objects?.length ?? 0) > 0 || (spec.pairs?.length ?? 0) > 0) return;
  const given = new Map(
    Object.entries({ ...spec.keys, ...constants(spec.defaults) }).map(([key, from]) => [
      key.toLowerCase(),
      from,
    ]),
  );
  const lacking = required.filter((key) => !given.has(key));
  const example = required.map((key) => `"${key}": {"const": "…"}`).join(', ');
  const hint = `For example "${column}": "path.of.object", or constants: "${column}": {"keys": {${example}}}.`;
  if (lacking.length > 0) {
    const what = lacking.map((key) => `"${key}"`).join(' and ');
    miss(
      column,
      `required: the vendor asks every event for ${what} here. Give the field of each or a constant`,
      hint,
    );
  }
  for (const key of required) {
    const from = given.get(key);
    if (from === undefined || lastConstant(from) !== '') continue;
    miss(`${column}.keys.${key}`, 'expected a text that is not empty as the constant', hint);
  }
}

// zod leaves this name out unchecked, and an object in memory can mean its prototype by it.
function refuseProto(column: string, keys: object, miss: Miss): void {
  if (!Object.hasOwn(keys, '__proto__')) return;
  miss(`${column}.keys.__proto__`, 'a key cannot have this name', 'Choose another name for it.');
}

function constants(texts: Readonly<Record<string, string>> = {}): Record<string, Source> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, { const: text }]));
}

function lastConstant(sources: unknown): string | undefined {
  const last: unknown = Array.isArray(sources) ? sources.at(-1) : sources;
  return typeof last === 'object' && last !== null ? (last as { const?: string }).const : undefined;
}
