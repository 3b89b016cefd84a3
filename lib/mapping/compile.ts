import { MAP_COLUMNS, SCALAR_COLUMNS } from '../batch/event-batch.ts';
import { ImportError } from '../errors.ts';
import type { InsertIdMode } from '../record/modes.ts';
import { formatPath, type Path, parsePath } from './path.ts';
import type { MappingPlan, PairsTarget, PlanNode, SlotTarget } from './plan.ts';
import {
  type EventMapping,
  type InsertIdMapping,
  type MapMapping,
  mapForm,
  type PairsMapping,
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

/** A node while the plan is compiled, with information that the plan does not keep. */
interface Draft extends PlanNode {
  path: Path;
  parent: Draft | undefined;
  members: Map<string, Draft>;
  /** Bit mask of the maps that exclude this value. */
  excluded: number;
  /**
   * Whether the value is captured, or is one of the `objects` of some map, so that nothing of it is left for `rest`.
   */
  taken: boolean;
  /** The map that determined `prefix`, for the message if another map requires another prefix. */
  prefixMap: number | undefined;
}

class Compiler {
  readonly #drafts: Draft[] = [];
  readonly #root: Draft;
  readonly #maps: MapMapping[];
  readonly #mapping: EventMapping;
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
    const keys = this.#maps.flatMap((spec, map) =>
      Object.entries(spec.keys ?? {}).map(([key, sources]) => ({
        map,
        key,
        ...this.#target(sources),
      })),
    );
    const deriveSlots =
      typeof id.derive === 'object' ? id.derive.map((path) => this.#capture(path)) : id.derive;
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
      draft.used ||= draft.pairs.length > 0;
      if (draft.used && draft.parent) draft.parent.used = true;
    }
    return {
      nodes: this.#drafts.map(
        ({ children, slot, entryMaps, maps, prefix, isText, element, pairs: of, used }) => {
          return { children, slot, entryMaps, maps, prefix, isText, element, pairs: of, used };
        },
      ),
      slots: this.#slots,
      scalars: [idTarget, keyTarget, timeTarget, metricTarget],
      keys,
      deriveSlots,
      deriveName: id.name ?? '',
      fromId: id.fromId ?? false,
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
    const target: SlotTarget = { slots: [] };
    for (const source of listOf(sources)) {
      if (typeof source === 'string') target.slots.push(this.#capture(source));
      else if ('const' in source && source.const !== undefined) target.constant = source.const;
      else if ('path' in source) target.slots.push(this.#capture(source.path));
    }
    return target;
  }

  #pairs(map: number, { path, key = 'key', value = 'value', only }: PairsMapping): PairsTarget {
    const array = this.#node(path);
    array.taken = true;
    if (array.element === undefined) {
      array.element = this.#drafts.length;
      this.#add([...array.path, '[]'], undefined);
    }
    const element = this.#drafts[array.element] as Draft;
    array.pairs.push(this.#pairsCount++);
    const slots = (paths: readonly string[]): SlotTarget => {
      return { slots: paths.map((each) => this.#capture(each, element)) };
    };
    const target = { map, key: slots([key]), value: slots([value].flat() as string[]), only };
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
    const draft: Draft = {
      children: new Map(),
      slot: -1,
      entryMaps: 0,
      maps: 0,
      prefix: '',
      isText: false,
      element: undefined,
      pairs: [],
      used: false,
      path,
      parent,
      members: new Map(),
      excluded: 0,
      taken: false,
      prefixMap: undefined,
    };
    const name = path.at(-1);
    if (parent && name !== undefined) {
      parent.members.set(name, draft);
      parent.children.set(name, this.#drafts.length);
    }
    this.#drafts.push(draft);
    return draft;
  }
}

/** Whether a member inside a value is left out of the map into which the value goes. */
function hasInside(node: Draft, map: number, unused: boolean): boolean {
  for (const member of node.members.values()) {
    if (member.excluded & (1 << map) || (unused && member.taken)) return true;
    if (hasInside(member, map, unused)) return true;
  }
  return false;
}

function isExcluded(node: Draft | undefined, map: number): boolean {
  if (!node) return false;
  return (node.excluded & (1 << map)) !== 0 || isExcluded(node.parent, map);
}

function conflict(node: Draft, map: number): ImportError {
  const path = formatPath(node.path);
  const columns = [...new Set([node.prefixMap ?? map, map])].map((each) => MAP_COLUMNS[each]);
  return new ImportError(
    'E_MAPPING',
    `mapping: the members of "${path}" would be written in two ways (${columns.join(' and ')}): under their own names, because it is listed in "objects", and under dotted keys, because a part of it is excluded from an object around it`,
    { hint: `Exclude all of "${path}" from the object around it, or remove it from "objects".` },
  );
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
