import { type JsonMember, type JsonValue, memberOf } from './json.ts';

/** A mapping file, as the reference understands it: the documented shape, told again. */
export interface ReferenceMapping {
  insert_id?:
    | Source
    | { path?: Source | undefined; derive?: 'raw' | string[] | undefined }
    | undefined;
  event_key?: Source | undefined;
  ts?:
    | Source
    | {
        path: Source;
        unit?: 'auto' | 's' | 'ms' | 'us' | 'ns' | undefined;
        timezone?: string | undefined;
      }
    | undefined;
  metric_value?: Source | undefined;
  identifiers?: MapSource | undefined;
  event_properties?: MapSource | undefined;
  user_properties?: MapSource | undefined;
  platform_properties?: MapSource | undefined;
}

type OneSource = string | { path: string } | { const: string };
export type Source = OneSource | OneSource[];

interface MapObject {
  objects?: string[] | undefined;
  keys?: Record<string, Source> | undefined;
  rest?: boolean | undefined;
  exclude?: string[] | undefined;
  flatten?: boolean | undefined;
}
type MapSource = string | MapObject;

export const MAPS = [
  'identifiers',
  'event_properties',
  'user_properties',
  'platform_properties',
] as const;
export type MapName = (typeof MAPS)[number];

/** Each column from the field of its name. */
export const REFERENCE_VENDOR_MAPPING: ReferenceMapping = {
  insert_id: 'insert_id',
  event_key: 'event_key',
  ts: 'ts',
  metric_value: 'metric_value',
  identifiers: 'identifiers',
  event_properties: 'event_properties',
  user_properties: 'user_properties',
  platform_properties: 'platform_properties',
};

/** A value that becomes an entry of a map, before keys are lower-cased and values become text. */
export interface RawEntry {
  key: string;
  value: JsonValue;
}

/** The names on a path: dots divide, `\.` is a dot. */
export function pathOf(path: string): string[] {
  if (path === '' || path === '.') return [];
  return path.split(/(?<!\\)\./).map((name) => name.replaceAll('\\.', '.'));
}

/** What stands at a path, repeated names as JSON.parse has them. */
export function lookup(event: JsonValue, path: string[]): JsonValue | undefined {
  let value: JsonValue | undefined = event;
  for (const name of path) value = value && memberOf(value, name);
  return value;
}

/** The first source that is there and not null. */
export function select(event: JsonValue, source: Source | undefined): JsonValue | undefined {
  for (const one of listOf(source)) {
    if (typeof one === 'object' && 'const' in one) return { kind: 'string', value: one.const };
    const value = lookup(event, pathOf(typeof one === 'string' ? one : one.path));
    if (value && value.kind !== 'null') return value;
  }
  return undefined;
}

/** The source of a scalar column, without what else its mapping says. */
export function sourceOf(
  mapping: ReferenceMapping,
  column: keyof ReferenceMapping,
): Source | undefined {
  const given = mapping[column] as Source | { path?: Source; derive?: unknown } | undefined;
  if (typeof given === 'object' && !Array.isArray(given) && !('const' in given)) return given.path;
  return given;
}

/** The entries of a map in their order: members of objects as in the source, then single keys. */
export function entriesOf(
  event: JsonValue,
  mapping: ReferenceMapping,
  map: MapName,
  flattenAll: boolean,
): RawEntry[] | 'map_not_an_object' {
  const spec = mapOf(mapping, map);
  const found: { name: string; value: JsonValue; at: number }[] = [];
  const excluded = (spec.exclude ?? []).map(pathOf);
  const used = spec.rest ? usedPaths(mapping) : [];
  const named = namedPaths(mapping);

  // Takes the members of an object that are not barred. One that is barred in part gives its other
  // members under dotted names, unless it is no object, where there is nothing to bar.
  function take(object: JsonValue, path: string[], prefix: string, barred: string[][]): void {
    if (object.kind !== 'object') return;
    for (const member of object.members) {
      const here = [...path, member.name];
      // Of what the mapping names only the last counts, as for JSON.parse.
      if (named.some((other) => isPrefix(here, other)) && !isLast(object.members, member)) continue;
      if (barred.some((other) => isPrefix(other, here))) continue;
      if (barred.some((other) => isPrefix(here, other)) && member.value.kind === 'object') {
        take(member.value, here, `${prefix}${member.name}.`, barred);
        continue;
      }
      found.push({ name: prefix + member.name, value: member.value, at: member.at });
    }
  }

  for (const path of new Set(spec.objects)) {
    const object = lookup(event, pathOf(path));
    if (object === undefined || object.kind === 'null') continue;
    if (object.kind !== 'object') return 'map_not_an_object';
    take(object, pathOf(path), '', excluded);
  }
  if (spec.rest) take(event, [], '', [...excluded, ...used]);
  found.sort((a, b) => a.at - b.at);

  const entries: RawEntry[] = found.map(({ name, value }) => ({ key: name, value }));
  for (const [key, source] of Object.entries(spec.keys ?? {})) {
    const value = select(event, source);
    if (value) entries.push({ key, value });
  }
  return (spec.flatten ?? flattenAll)
    ? entries.flatMap(({ key, value }) => flatten(key, value))
    : entries;
}

/** Nested values as dotted keys; what is empty stays. */
function flatten(key: string, value: JsonValue): RawEntry[] {
  if (value.kind === 'object' && value.members.length > 0) {
    return value.members.flatMap((member) => flatten(`${key}.${member.name}`, member.value));
  }
  if (value.kind === 'array' && value.items.length > 0) {
    return value.items.flatMap((item, index) => flatten(`${key}.${index}`, item));
  }
  return [{ key, value }];
}

/** How many members that the mapping names are followed by another one of their name. */
export function namedRepeats(event: JsonValue, mapping: ReferenceMapping): number {
  const named = namedPaths(mapping);
  function count(object: JsonValue, path: string[]): number {
    if (object.kind !== 'object') return 0;
    let repeats = 0;
    for (const member of object.members) {
      const here = [...path, member.name];
      if (!named.some((other) => isPrefix(here, other))) continue;
      repeats += count(member.value, here) + (isLast(object.members, member) ? 0 : 1);
    }
    return repeats;
  }
  return count(event, []);
}

/** Every single value that a mapping reads, whether it is the first choice for its column or not. */
export function readValues(event: JsonValue, mapping: ReferenceMapping): JsonValue[] {
  const values = singlePaths(mapping).map((path) => lookup(event, path));
  return values.filter((value) => value !== undefined);
}

/** Paths of single values: of columns, keys, and what an id is derived from. */
function singlePaths(mapping: ReferenceMapping): string[][] {
  const { insert_id: id } = mapping;
  const derive =
    typeof id === 'object' && 'derive' in id && Array.isArray(id.derive) ? id.derive : [];
  const sources: (Source | undefined)[] = [];
  for (const column of ['insert_id', 'event_key', 'ts', 'metric_value'] as const) {
    sources.push(sourceOf(mapping, column));
  }
  for (const map of MAPS) sources.push(...Object.values(mapOf(mapping, map).keys ?? {}));
  return pathsOf([...sources, derive]);
}

function pathsOf(sources: (Source | undefined)[]): string[][] {
  return sources
    .flatMap(listOf)
    .flatMap((one) =>
      typeof one === 'string' ? [pathOf(one)] : 'path' in one ? [pathOf(one.path)] : [],
    );
}

/** Every path that a mapping mentions. */
function namedPaths(mapping: ReferenceMapping): string[][] {
  return [...usedPaths(mapping), ...pathsOf(MAPS.map((map) => mapOf(mapping, map).exclude))];
}

/** Every path that a column is read from. */
function usedPaths(mapping: ReferenceMapping): string[][] {
  const objects = MAPS.map((map) => mapOf(mapping, map).objects);
  return [...singlePaths(mapping), ...pathsOf(objects)];
}

function mapOf(mapping: ReferenceMapping, map: MapName): MapObject {
  const source = mapping[map] ?? {};
  return typeof source === 'string' ? { objects: [source] } : source;
}

function listOf(source: Source | undefined): OneSource[] {
  if (source === undefined) return [];
  return Array.isArray(source) ? source : [source];
}

function isPrefix(prefix: string[], path: string[]): boolean {
  return prefix.every((name, index) => path[index] === name);
}

function isLast(members: JsonMember[], member: JsonMember): boolean {
  return members.findLast((other) => other.name === member.name) === member;
}
