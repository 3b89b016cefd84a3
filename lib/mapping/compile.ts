import { MAP_COLUMNS, SCALAR_COLUMNS } from '../batch/event-batch.ts';
import type { InsertIdMode } from '../record/modes.ts';
import { conflict, type Draft, hasInside, isExcluded, newDraft, planned } from './draft.ts';
import { type Path, parsePath } from './path.ts';
import type { KeyTarget, MappingPlan, PairsTarget, SlotTarget } from './plan.ts';
import {
  type EventMapping,
  type FieldSource,
  type InsertIdMapping,
  type MapMapping,
  mapForm,
  type PairsMapping,
  type Source,
  type Sources,
  type TimestampMapping,
} from './types.ts';

/**
 * Compiles a checked mapping to a plan, which is a trie of the paths that the mapping names.
 *
 * @param options.flatten default for maps whose `flatten` is absent
 * @throws ImportError E_MAPPING for the one mapping that a trie cannot represent: the members of an object would be
 * written under two different prefixes
 */
export function compileMapping(mapping: EventMapping, options: { flatten: boolean }): MappingPlan {
  return new Compiler(mapping).compile(options.flatten);
}

/**
 * Compiles a checked mapping for a run. With `insertId: 'derive'`, events without a UUID get one that is derived from
 * their raw text, unless the mapping says from what to derive it.
 *
 * @throws ImportError E_MAPPING as `compileMapping` does
 */
export function planOf(
  mapping: EventMapping,
  options: { insertId: InsertIdMode; flatten: boolean },
): MappingPlan {
  const plan = compileMapping(mapping, options);
  if (options.insertId === 'derive') plan.deriveSlots ??= 'raw';
  return plan;
}

class Compiler {
  readonly #drafts: Draft[] = [];
  readonly #root: Draft;
  readonly #maps: MapMapping[];
  readonly #mapping: EventMapping;
  readonly #lifts: MappingPlan['lifts'] = [];
  #slots = 0;
  #pairsCount = 0;

  constructor(mapping: EventMapping) {
    this.#mapping = mapping;
    this.#root = this.#add([], undefined);
    this.#maps = MAP_COLUMNS.map((column) => mapForm(mapping[column]));
  }

  compile(flatten: boolean): MappingPlan {
    const { insert_id, ts } = this.#mapping;
    const id: InsertIdMapping = isIdForm(insert_id) ? insert_id : { path: insert_id };
    const time: Partial<TimestampMapping> = isTimeForm(ts) ? ts : { path: ts };
    const from = { ...this.#mapping, insert_id: id.path, ts: time.path };
    const [idTarget, keyTarget, timeTarget, metricTarget] = SCALAR_COLUMNS.map((column) =>
      this.#target(from[column]),
    ) as MappingPlan['scalars'];
    const keys = this.#maps.flatMap((spec, map) => [
      ...this.#otherwise(spec, map),
      ...Object.entries(spec.keys ?? {}).map(([key, sources]) => ({
        map,
        key,
        ...this.#target(sources),
      })),
    ]);
    const deriveSlots =
      typeof id.derive === 'object' ? id.derive.map((path) => this.#capture(path)) : id.derive;
    const fromIdSlots =
      typeof id.fromId === 'object' ? id.fromId.map((path) => this.#capture(path)) : [];
    const timeSlot = time.time === undefined ? undefined : this.#capture(time.time);
    const only = Object.entries(this.#mapping.only ?? {}).map(([path, texts]) => {
      return { slot: this.#capture(path), texts };
    });
    const pairs = this.#maps.flatMap((spec, map) => {
      return (spec.pairs ?? []).map((each) => this.#pairs(map, each));
    });
    for (const path of this.#mapping.parse ?? []) this.#node(path).isText = true;
    this.#maps.forEach((spec, map) => {
      for (const path of spec.objects ?? []) {
        this.#node(path).taken = true;
      }
      for (const path of spec.exclude ?? []) this.#node(path).excluded |= 1 << map;
    });
    // Only now is every use known, and `rest` leaves out what is used.
    this.#maps.forEach((spec, map) => {
      for (const path of new Set(spec.objects)) {
        const node = this.#node(path);
        if (!isExcluded(node, map)) this.#open(node, map, '', false);
      }
      if (spec.rest && !this.#root.taken) this.#open(this.#root, map, '', true);
    });
    for (const draft of this.#drafts.toReversed()) {
      draft.used ||= draft.slot >= 0 || draft.entryMaps !== 0 || draft.maps !== 0;
      draft.used ||= draft.pairs.length > 0 || draft.lifts.length > 0;
      if (draft.used && draft.parent) draft.parent.used = true;
    }
    return {
      nodes: this.#drafts.map(planned),
      slots: this.#slots,
      scalars: [idTarget, keyTarget, timeTarget, metricTarget],
      keys,
      deriveSlots,
      deriveName: id.name ?? '',
      fromId: id.fromId !== undefined && id.fromId !== false,
      fromIdSlots,
      keptKey: id.keep,
      ts: {
        unit: time.unit ?? 'auto',
        timezone: time.timezone,
        format: time.format,
        ambiguous: time.ambiguous,
        localEpochs: time.epochs === 'local',
        timeSlot,
      },
      pairs,
      lifts: this.#lifts,
      unions: this.#mapping.avroUnions ?? false,
      only,
      defaults: this.#maps.flatMap((spec, map) =>
        Object.entries(spec.defaults ?? {}).map(([key, constant]) => ({ map, key, constant })),
      ),
      flatten: this.#maps.reduce((mask, spec, map) => {
        return (spec.flatten ?? flatten) ? mask | (1 << map) : mask;
      }, 0),
    };
  }

  /** Writes the members of an object into a map: all of them, or for `rest` only the unused ones. */
  #open(node: Draft, map: number, prefix: string, unused: boolean): void {
    if (node.maps !== 0 && node.prefix !== prefix) throw conflict(node, map);
    node.maps |= 1 << map;
    node.prefix = prefix;
    node.prefixMap = map;
    for (const [name, member] of node.members) {
      if (member.excluded & (1 << map) || (unused && member.taken)) continue;
      if (hasInside(member, map, unused)) this.#open(member, map, `${prefix}${name}.`, unused);
      else member.entryMaps |= 1 << map;
    }
  }

  /** Compiles sources to the slots that capture them, and the constant. */
  #target(sources: Sources | undefined): SlotTarget {
    const list = listOf(sources);
    const target = this.#fields(list.filter(isField));
    const constant = list.find((source) => typeof source === 'object' && 'const' in source);
    if (constant?.const !== undefined) target.constant = constant.const;
    return target;
  }

  /** Compiles fields to the slots that capture them. */
  #fields(sources: readonly (string | FieldSource)[], from: Draft = this.#root): SlotTarget {
    const target: SlotTarget = { slots: [] };
    for (const source of sources) {
      const { path, item, absent = [] } = typeof source === 'string' ? { path: source } : source;
      const slot =
        item === undefined ? this.#capture(path, from) : this.#captureItem(path, item, from);
      target.slots.push(slot);
      if (absent.length === 0) continue;
      target.absent = [...(target.absent ?? []), ...absent.map((text) => ({ slot, text }))];
    }
    return target;
  }

  /** The keys that a map's objects become where they are no objects. */
  #otherwise(spec: MapMapping, map: number): KeyTarget[] {
    return Object.entries(spec.otherwise ?? {}).map(([key, paths]): KeyTarget => {
      const list = [paths].flat() as string[];
      for (const path of list) this.#node(path).hasOtherwise = true;
      const slots = list.map((path) => this.#capture(path));
      return { map, key, slots, unlessObject: true };
    });
  }

  /** Returns the slot that gets a value from the first element of an array that has it. */
  #captureItem(path: string, item: string, root: Draft): number {
    const array = this.#node(path, root);
    const from = this.#capture(item, this.#element(array));
    const same = array.lifts.find((index) => this.#lifts[index]?.from === from);
    if (same !== undefined) return (this.#lifts[same] as { to: number }).to;
    array.lifts.push(this.#lifts.length);
    this.#lifts.push({ from, to: this.#slots++ });
    return this.#slots - 1;
  }

  /** Returns the node of an array's elements. */
  #element(array: Draft): Draft {
    if (array.element === undefined) {
      array.element = this.#drafts.length;
      this.#add([...array.path, '[]'], undefined);
    }
    return this.#drafts[array.element] as Draft;
  }

  #pairs(map: number, { path, key = 'key', value = 'value', only }: PairsMapping): PairsTarget {
    const array = this.#node(path);
    array.taken = true;
    const element = this.#element(array);
    array.pairs.push(this.#pairsCount++);
    const values = [value].flat() as (string | FieldSource)[];
    const target = {
      map,
      key: this.#fields([key], element),
      value: this.#fields(values, element),
      only,
    };
    const names = this.#drafts.length;
    this.#add([...array.path, '{}'], undefined);
    return { ...target, names };
  }

  /** Returns the slot that captures a path. All uses of a path share one slot. */
  #capture(path: string, from: Draft = this.#root): number {
    const node = this.#node(path, from);
    if (node.slot < 0) node.slot = this.#slots++;
    node.taken = true;
    return node.slot;
  }

  /** Returns the node of a path, which is added if there is none. */
  #node(text: string, from: Draft = this.#root): Draft {
    let node = from;
    for (const name of parsePath(text)) {
      node = node.members.get(name) ?? this.#add([...node.path, name], node);
    }
    return node;
  }

  #add(path: Path, parent: Draft | undefined): Draft {
    const draft = newDraft(path, parent);
    const name = path.at(-1);
    if (parent && name !== undefined) {
      parent.members.set(name, draft);
      parent.children.set(name, this.#drafts.length);
    }
    this.#drafts.push(draft);
    return draft;
  }
}

function isIdForm(value: EventMapping['insert_id']): value is InsertIdMapping {
  return typeof value === 'object' && !Array.isArray(value);
}

function isTimeForm(
  value: EventMapping['ts'],
): value is Extract<EventMapping['ts'], { path: Sources }> {
  return (
    typeof value === 'object' &&
    !Array.isArray(value) &&
    'path' in value &&
    value.path !== undefined
  );
}

function listOf(sources: Sources | undefined): Extract<Sources, readonly unknown[]> {
  if (sources === undefined) return [];
  return Array.isArray(sources) ? sources : [sources as Exclude<Sources, readonly unknown[]>];
}

function isField(source: Source): source is string | FieldSource {
  return typeof source === 'string' || ('path' in source && source.path !== undefined);
}
