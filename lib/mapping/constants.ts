import { MAP_COLUMNS, type MapColumn } from '../batch/event-batch.ts';
import { ImportError } from '../errors.ts';
import { type EventMapping, mapForm, type Source, type Sources } from './types.ts';

/** Constants by target: `event_key`, `metric_value`, a map's key as `COLUMN.KEY`, or a part of `ts` such as `ts.timezone`. */
export type Settings = Readonly<Record<string, string>>;

/**
 * Adds constants to a mapping. An event gets a constant if every other source of the column or key is absent or null.
 * `ts.timezone`, `ts.ambiguous` and `ts.format` are no constants: they say how times are read.
 *
 * @throws ImportError E_USAGE for an unknown target or an empty string
 */
export function withSettings(mapping: EventMapping, set: Settings): EventMapping {
  // The mapping is checked later; anything that is not an object is reported then.
  if (!isObject(mapping)) return mapping;
  return Object.entries(set).reduce(
    (changed, [where, text]) => withOne(changed, where, text),
    mapping,
  );
}

function withOne(mapping: EventMapping, where: string, text: string): EventMapping {
  if (text === '') throw usageError(where, 'expected a non-empty string, got an empty one');
  const [, part] = /^ts\.(timezone|ambiguous|format)$/.exec(where) ?? [];
  if (part !== undefined) return { ...mapping, ts: { ...timeOf(mapping.ts), [part]: text } };
  if (where === 'event_key')
    return { ...mapping, event_key: withConstant(mapping.event_key, text) };
  if (where === 'metric_value') {
    return { ...mapping, metric_value: withConstant(mapping.metric_value, text) };
  }
  const [, column, key] = /^(\w+)\.(.+)$/s.exec(where) ?? [];
  if (!isMap(column) || key === undefined) {
    throw usageError(
      where,
      `expected event_key, metric_value, ts.timezone, ts.ambiguous, ts.format, or a key of ${MAP_COLUMNS.join(', ')}`,
    );
  }
  const given: unknown = mapping[column];
  if (given !== undefined && typeof given !== 'string' && !isObject(given)) return mapping;
  const map = mapForm(mapping[column]);
  // Keys that are equal in lower case are the same key, and the last setting wins.
  const others = Object.entries(map.defaults ?? {}).filter(
    ([name]) => name.toLowerCase() !== key.toLowerCase(),
  );
  return {
    ...mapping,
    [column]: { ...map, defaults: { ...Object.fromEntries(others), [key]: text } },
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMap(column: string | undefined): column is MapColumn {
  return MAP_COLUMNS.some((name) => name === column);
}

/** Returns the sources with this constant last, in place of any other constant. */
function withConstant(sources: Sources | undefined, text: string): Sources {
  const list: Source[] = sources === undefined ? [] : ([sources].flat() as Source[]);
  const paths = list.filter((source) => typeof source === 'string' || !('const' in source));
  return [...paths, { const: text }];
}

function timeOf(ts: EventMapping['ts']): Extract<EventMapping['ts'], { path: Sources }> {
  return typeof ts === 'object' && 'path' in ts ? ts : { path: ts };
}

function usageError(where: string, message: string): ImportError {
  return new ImportError('E_USAGE', `set ${where}: ${message}`, {
    hint: 'For example platform_properties.appversion=1.2.3.',
  });
}
