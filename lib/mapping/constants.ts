import { MAP_COLUMNS, type MapColumn } from '../batch/event-batch.ts';
import { ImportError } from '../errors.ts';
import { type EventMapping, mapForm, type Source, type Sources } from './types.ts';

/** Constants by where they go: `event_key`, `metric_value`, `COLUMN.KEY` of a map, `ts.timezone`. */
export type Settings = Readonly<Record<string, string>>;

/**
 * The mapping with constants for what an event does not have: it gets them where every source of a column or
 * key is absent or null. `ts.timezone` is no constant but the zone of times that state none.
 *
 * @throws ImportError E_USAGE for what cannot be set
 */
export function withSettings(mapping: EventMapping, set: Settings): EventMapping {
  // Not checked yet: what is no mapping is told as that.
  if (!isObject(mapping)) return mapping;
  return Object.entries(set).reduce(
    (changed, [where, text]) => withOne(changed, where, text),
    mapping,
  );
}

function withOne(mapping: EventMapping, where: string, text: string): EventMapping {
  if (text === '') throw unusable(where, 'expected a text that is not empty, got an empty one');
  if (where === 'ts.timezone') return { ...mapping, ts: { ...timeOf(mapping.ts), timezone: text } };
  if (where === 'event_key')
    return { ...mapping, event_key: withConstant(mapping.event_key, text) };
  if (where === 'metric_value') {
    return { ...mapping, metric_value: withConstant(mapping.metric_value, text) };
  }
  const [, column, key] = /^(\w+)\.(.+)$/s.exec(where) ?? [];
  if (!isMap(column) || key === undefined) {
    throw unusable(
      where,
      `expected event_key, metric_value, ts.timezone, or a key of ${MAP_COLUMNS.join(', ')}`,
    );
  }
  const given: unknown = mapping[column];
  if (given !== undefined && typeof given !== 'string' && !isObject(given)) return mapping;
  const map = mapForm(mapping[column]);
  // Keys are the same in lower case, and the last setting counts.
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

/** The sources, and behind them the constant in place of any other. */
function withConstant(sources: Sources | undefined, text: string): Sources {
  const list: Source[] = sources === undefined ? [] : ([sources].flat() as Source[]);
  const paths = list.filter((source) => typeof source === 'string' || !('const' in source));
  return [...paths, { const: text }];
}

function timeOf(ts: EventMapping['ts']): Extract<EventMapping['ts'], { path: Sources }> {
  return typeof ts === 'object' && 'path' in ts ? ts : { path: ts };
}

function unusable(where: string, message: string): ImportError {
  return new ImportError('E_USAGE', `set ${where}: ${message}`, {
    hint: 'For example platform_properties.appversion=1.2.3.',
  });
}
