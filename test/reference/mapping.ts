import {
  depthOf,
  hasLoneSurrogate,
  type JsonMember,
  type JsonValue,
  memberOf,
  readJson,
  textOf,
  wellFormed,
} from './json.ts';
import { isUuid } from './uuid.ts';

/** A mapping file, as the reference understands it: the documented shape, told again. */
export interface ReferenceMapping {
  insert_id?:
    | Source
    | {
        path?: Source | undefined;
        derive?: 'raw' | string[] | undefined;
        name?: string | undefined;
        keep?: string | undefined;
        fromId?: boolean | string[] | undefined;
      }
    | undefined;
  event_key?: Source | undefined;
  ts?:
    | Source
    | {
        path: Source;
        unit?: 'auto' | 's' | 'ms' | 'us' | 'ns' | 'date' | undefined;
        timezone?: string | undefined;
        time?: string | undefined;
        epochs?: 'utc' | 'local' | undefined;
      }
    | undefined;
  metric_value?: Source | undefined;
  identifiers?: MapSource | undefined;
  event_properties?: MapSource | undefined;
  user_properties?: MapSource | undefined;
  platform_properties?: MapSource | undefined;
  parse?: string[] | undefined;
  only?: Record<string, string[]> | undefined;
}

type OneSource = string | { path: string } | { const: string };
export type Source = OneSource | OneSource[];

interface MapObject {
  objects?: string[] | undefined;
  keys?: Record<string, Source> | undefined;
  rest?: boolean | undefined;
  exclude?: string[] | undefined;
  flatten?: boolean | undefined;
  pairs?: PairsSource[] | undefined;
  defaults?: Record<string, string> | undefined;
}
interface PairsSource {
  path: string;
  key?: string | undefined;
  value?: string | string[] | undefined;
  only?: string[] | undefined;
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

/** The first source that is there and not null; of several sources, and for identifiers, also not an empty string. */
export function select(
  event: JsonValue,
  source: Source | undefined,
  skipsEmpty: boolean = listOf(source).length > 1,
): JsonValue | undefined {
  for (const one of listOf(source)) {
    if (typeof one === 'object' && 'const' in one) return { kind: 'string', value: one.const };
    const value = lookup(event, pathOf(typeof one === 'string' ? one : one.path));
    if (!value || value.kind === 'null') continue;
    if (!skipsEmpty || value.kind !== 'string' || value.value !== '') return value;
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

/** Stands in a path for the elements of an array; no member has this name. */
const ELEMENT = '\u0000element';

/**
 * The event with the strings at the paths of `parse` replaced by the JSON that they hold; `lone` tells
 * whether one of those had half a surrogate pair.
 */
export function parseTexts(
  event: JsonValue,
  { parse = [] }: ReferenceMapping,
): { event: JsonValue; lone: boolean } {
  const paths = parse.map(pathOf);
  let lone = false;
  function walk(value: JsonValue, path: string[], at: number): JsonValue {
    let read = value;
    if (value.kind === 'string' && paths.some((other) => isSame(other, path))) {
      const text = wellFormed(value.value);
      const inside = jsonIn(text, path.length);
      if (inside) {
        if (hasLoneSurrogate(value.value)) lone = true;
        // Positions inside the text come between the member's own and the next one's.
        read = moved(inside, (inner) => at + (0.5 * (inner + 1)) / (text.length + 2));
      }
    }
    if (read.kind !== 'object' || !paths.some((other) => isPrefix(path, other))) return read;
    const { members } = read;
    return {
      kind: 'object',
      members: members.map((member) => {
        if (!isLast(members, member)) return member;
        return { ...member, value: walk(member.value, [...path, member.name], member.at) };
      }),
    };
  }
  return { event: walk(event, [], 0), lone };
}

/** What a string means that is to be read as JSON; undefined: itself. */
function jsonIn(text: string, depth: number): JsonValue | undefined {
  if (/^[ \t\r\n]*$/.test(text)) return { kind: 'null' };
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  if (depth + depthOf(text) > 512) return undefined;
  const value = readJson(text);
  return ['object', 'array', 'null'].includes(value.kind) ? value : undefined;
}

function moved(value: JsonValue, place: (at: number) => number): JsonValue {
  if (value.kind === 'array') {
    return { kind: 'array', items: value.items.map((item) => moved(item, place)) };
  }
  if (value.kind !== 'object') return value;
  return {
    kind: 'object',
    members: value.members.map(({ name, value: inner, at }) => {
      return { name, value: moved(inner, place), at: place(at) };
    }),
  };
}

/** Whether an event has what `only` asks for. */
export function isWanted(event: JsonValue, { only = {} }: ReferenceMapping): boolean {
  return Object.entries(only).every(([path, texts]) => {
    const value = lookup(event, pathOf(path));
    if (!value || ['null', 'object', 'array'].includes(value.kind)) return false;
    return texts.includes(textOf(value));
  });
}

/** The entries of a map in their order: members of objects and pairs as in the source, then single keys. */
export function entriesOf(
  event: JsonValue,
  mapping: ReferenceMapping,
  map: MapName,
  flattenAll: boolean,
  derives: boolean,
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
  const elements = elementsOf(event, spec.pairs ?? [], map === 'identifiers');
  if (elements === undefined) return 'map_not_an_object';
  found.push(...elements);
  found.sort((a, b) => a.at - b.at);

  const entries: RawEntry[] = found.map(({ name, value }) => ({ key: name, value }));
  const kept = map === 'event_properties' ? keptId(event, mapping, derives) : undefined;
  if (kept) entries.push(kept);
  for (const [key, source] of Object.entries(spec.keys ?? {})) {
    const skips = map === 'identifiers' || listOf(source).length > 1;
    const value = select(event, source, skips);
    if (value) entries.push({ key, value });
  }
  const flat =
    (spec.flatten ?? flattenAll)
      ? entries.flatMap(({ key, value }) => flatten(key, value))
      : entries;
  return withDefaults(flat, spec.defaults ?? {});
}

/** What the elements of arrays of pairs give; undefined where one is no pair. */
function elementsOf(
  event: JsonValue,
  specs: PairsSource[],
  skipsEmpty: boolean,
): { name: string; value: JsonValue; at: number }[] | undefined {
  const found: { name: string; value: JsonValue; at: number }[] = [];
  for (const [index, { path, key = 'key', value = 'value', only }] of specs.entries()) {
    const array = lookup(event, pathOf(path));
    if (array === undefined || array.kind === 'null') continue;
    if (array.kind !== 'array') return undefined;
    for (const [i, item] of array.items.entries()) {
      const name = select(item, key);
      if (item.kind !== 'object' || !name || name.kind === 'object' || name.kind === 'array') {
        return undefined;
      }
      if (only && !only.includes(textOf(name))) continue;
      const place = (i * specs.length + index + 1) / (array.items.length * specs.length + 1);
      found.push({
        name: textOf(name),
        value: select(item, value, skipsEmpty) ?? { kind: 'null' },
        at: placeOf(event, pathOf(path)) + 0.4 * place,
      });
    }
  }
  return found;
}

/** Where the member at a path begins. */
function placeOf(event: JsonValue, path: string[]): number {
  const parent = lookup(event, path.slice(0, -1));
  if (parent?.kind !== 'object') return 0;
  return parent.members.findLast((member) => member.name === path.at(-1))?.at ?? 0;
}

/** The source's id where it is no UUID. */
function keptId(
  event: JsonValue,
  mapping: ReferenceMapping,
  derives: boolean,
): RawEntry | undefined {
  const { insert_id: spec } = mapping;
  const keep = typeof spec === 'object' && 'keep' in spec ? spec.keep : undefined;
  const id = select(event, sourceOf(mapping, 'insert_id'));
  if (!derives || keep === undefined || !id || id.kind === 'object' || id.kind === 'array') {
    return undefined;
  }
  const text = textOf(id);
  return text === '' || (id.kind === 'string' && isUuid(text))
    ? undefined
    : { key: keep, value: id };
}

/** Constants for keys that have no value, in the place of nulls and empty strings or behind all others. */
function withDefaults(entries: RawEntry[], defaults: Record<string, string>): RawEntry[] {
  const all = [...entries];
  for (const [key, value] of Object.entries(defaults)) {
    const entry: RawEntry = { key, value: { kind: 'string', value } };
    const last = all.findLastIndex(
      (other) => wellFormed(other.key).toLowerCase() === key.toLowerCase(),
    );
    const { value: found } = all[last] ?? {};
    if (last < 0) all.push(entry);
    else if (found?.kind === 'null' || (found?.kind === 'string' && found.value === '')) {
      all[last] = { ...entry, key: (all[last] as RawEntry).key };
    }
  }
  return all;
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

/** The event, and of members that the mapping names and that come again only the last, as JSON.parse has it. */
export function withoutRepeats(event: JsonValue, mapping: ReferenceMapping): JsonValue {
  const named = namedPaths(mapping);
  function clean(value: JsonValue, path: string[]): JsonValue {
    if (!named.some((other) => isPrefix(path, other))) return value;
    if (value.kind === 'array') {
      return { kind: 'array', items: value.items.map((item) => clean(item, [...path, ELEMENT])) };
    }
    if (value.kind !== 'object') return value;
    const isNamed = ({ name }: JsonMember): boolean =>
      named.some((other) => isPrefix([...path, name], other));
    const members = value.members
      .filter((member) => !isNamed(member) || isLast(value.members, member))
      .map((member) => ({ ...member, value: clean(member.value, [...path, member.name]) }));
    return { kind: 'object', members };
  }
  return clean(event, []);
}

/** How many members that the mapping names are followed by another one of their name. */
export function namedRepeats(event: JsonValue, mapping: ReferenceMapping): number {
  const named = namedPaths(mapping);
  function count(object: JsonValue, path: string[]): number {
    let repeats = 0;
    if (object.kind === 'array' && named.some((other) => isPrefix([...path, ELEMENT], other))) {
      for (const item of object.items) repeats += count(item, [...path, ELEMENT]);
    }
    if (object.kind !== 'object') return repeats;
    for (const member of object.members) {
      const here = [...path, member.name];
      if (!named.some((other) => isPrefix(here, other))) continue;
      repeats += count(member.value, here) + (isLast(object.members, member) ? 0 : 1);
    }
    return repeats;
  }
  return count(event, []);
}

/**
 * How many members a mapping meets in an event, repeated ones included: those of the objects that it names or looks
 * into, and, in a map that is flattened, also nested ones and elements.
 */
export function membersMet(
  event: JsonValue,
  mapping: ReferenceMapping,
  flattenAll: boolean,
): number {
  const named = namedPaths(mapping);
  const objects = MAPS.flatMap((map) => {
    const { objects = [], rest = false, flatten = flattenAll } = mapOf(mapping, map);
    return [...objects.map(pathOf), ...(rest ? [[]] : [])].map((path) => ({ path, flatten }));
  });
  function count(value: JsonValue, path: string[]): number {
    const within = (other: string[]): boolean => isPrefix(path, other) && !isSame(path, other);
    if (value.kind === 'array' && named.some((other) => isPrefix([...path, ELEMENT], other))) {
      return sum(value.items, (item) => count(item, [...path, ELEMENT]));
    }
    const taking = objects.filter((other) => isSame(other.path, path));
    if (value.kind !== 'object' || (taking.length === 0 && !named.some(within))) return 0;
    return sum(value.members, ({ name, value: inner }) => {
      const here = [...path, name];
      if (named.some((other) => isPrefix(here, other))) return 1 + count(inner, here);
      return 1 + (taking.some(({ flatten }) => flatten) ? nestedCount(inner) : 0);
    });
  }
  return count(event, []);
}

function nestedCount(value: JsonValue): number {
  if (value.kind === 'object') return sum(value.members, (member) => 1 + nestedCount(member.value));
  return value.kind === 'array' ? sum(value.items, (item) => 1 + nestedCount(item)) : 0;
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}

/** Every single value that a mapping reads, whether it is the first choice for its column or not. */
export function readValues(event: JsonValue, mapping: ReferenceMapping): JsonValue[] {
  const values = singlePaths(mapping).map((path) => lookup(event, path));
  const pairs = allPairs(mapping).flatMap(({ path, key = 'key', value = 'value' }) => {
    const array = lookup(event, pathOf(path));
    if (array?.kind !== 'array') return [];
    return array.items.flatMap((item) => [key, value].flat().map((p) => lookup(item, pathOf(p))));
  });
  return [...values, ...pairs].filter((value) => value !== undefined);
}

function allPairs(mapping: ReferenceMapping): PairsSource[] {
  return MAPS.flatMap((map) => mapOf(mapping, map).pairs ?? []);
}

/** Paths of single values: of columns, keys, and what an id is derived from. */
function singlePaths(mapping: ReferenceMapping): string[][] {
  const { insert_id: id } = mapping;
  const derive =
    typeof id === 'object' && 'derive' in id && Array.isArray(id.derive) ? id.derive : [];
  const fromId =
    typeof id === 'object' && 'fromId' in id && Array.isArray(id.fromId) ? id.fromId : [];
  const sources: (Source | undefined)[] = [];
  for (const column of ['insert_id', 'event_key', 'ts', 'metric_value'] as const) {
    sources.push(sourceOf(mapping, column));
  }
  for (const map of MAPS) sources.push(...Object.values(mapOf(mapping, map).keys ?? {}));
  const { ts, only = {} } = mapping;
  const time = typeof ts === 'object' && 'time' in ts ? ts.time : undefined;
  return pathsOf([...sources, derive, fromId, time, Object.keys(only)]);
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
  const inPairs = allPairs(mapping).flatMap(({ path, key = 'key', value = 'value' }) => {
    return [key, value].flat().map((each) => [...pathOf(path), ELEMENT, ...pathOf(each)]);
  });
  const others = [...MAPS.map((map) => mapOf(mapping, map).exclude), mapping.parse];
  return [...usedPaths(mapping), ...inPairs, ...pathsOf(others)];
}

/** Every path that a column is read from. */
function usedPaths(mapping: ReferenceMapping): string[][] {
  const objects = MAPS.map((map) => mapOf(mapping, map).objects);
  const pairs = allPairs(mapping).map(({ path }) => path);
  return [...singlePaths(mapping), ...pathsOf([...objects, pairs])];
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

function isSame(a: string[], b: string[]): boolean {
  return a.length === b.length && isPrefix(a, b);
}

function isLast(members: JsonMember[], member: JsonMember): boolean {
  return members.findLast((other) => other.name === member.name) === member;
}
