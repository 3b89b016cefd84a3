import { MAP_COLUMNS } from '../batch/event-batch.ts';
import type { RejectCode } from '../codes.ts';
import type { MappingPlan, SlotTarget } from '../mapping/plan.ts';
import type { EventView } from './event-view.ts';
import { placeText, type SlotPath, walk } from './slot-paths.ts';

/** A key that the vendor requires in a map of every event. */
export interface RequiredKey {
  code: RejectCode;
  /** Index of MAP_COLUMNS. */
  map: number;
  key: string;
}

const IDENTIFIERS = MAP_COLUMNS.indexOf('identifiers');
const PLATFORM = MAP_COLUMNS.indexOf('platform_properties');

/** The keys that the vendor requires, in the order in which they are checked. */
export const REQUIRED_KEYS: readonly RequiredKey[] = [
  { code: 'identifier_id_missing', map: IDENTIFIERS, key: 'id' },
  { code: 'identifier_device_id_missing', map: IDENTIFIERS, key: 'device_id' },
  { code: 'platform_osname_missing', map: PLATFORM, key: 'osname' },
  { code: 'platform_appversion_missing', map: PLATFORM, key: 'appversion' },
];

/** Where the mapping looks for the keys that the vendor requires, and whether an event has them there. */
export class RequiredKeySources {
  readonly #plan: MappingPlan;
  readonly #paths: ReadonlyMap<number, SlotPath>;
  /** By map: the objects whose members go into it. */
  readonly #objectsOf: readonly (readonly (readonly string[])[])[];
  /** By map: the arrays whose elements may give it any key. */
  readonly #pairsOf: readonly (readonly SlotPath[])[];

  constructor(plan: MappingPlan, paths: ReadonlyMap<number, SlotPath>) {
    this.#plan = plan;
    this.#paths = paths;
    const { nodes, pairs } = plan;
    const all = [...walk(nodes, 0)];
    this.#objectsOf = MAP_COLUMNS.map((_, map) =>
      all
        .filter(({ node }) => (node.maps & (1 << map)) !== 0 && node.prefix === '')
        .map(({ names }) => names),
    );
    this.#pairsOf = MAP_COLUMNS.map((_, map) =>
      all.filter(({ node }) => node.pairs.some((at) => pairs[at]?.map === map && !pairs[at].only)),
    );
  }

  /** The keys that an event lacks. */
  missing(view: EventView): RequiredKey[] {
    return REQUIRED_KEYS.filter((required) => !this.#isThere(view, required));
  }

  /** Says what the event has at each place where the mapping looks for a key. */
  describe(view: EventView, required: RequiredKey): string[] {
    const named = this.#targets(required).flatMap(({ slots }) =>
      slots.map((slot) => this.#paths.get(slot)),
    );
    const places = [...named, ...this.#inObjects(view, required)].filter(
      (each) => each !== undefined,
    );
    const pairs = this.#pairs(required).map(({ names }) => {
      return `${placeText({ names })} has no element ${JSON.stringify(required.key)}`;
    });
    return [...view.describeAll(places), ...pairs];
  }

  #isThere(view: EventView, required: RequiredKey): boolean {
    const { map, key } = required;
    const { defaults } = this.#plan;
    if (defaults.some((each) => each.map === map && each.key.toLowerCase() === key)) return true;
    for (const target of this.#targets(required)) {
      if (target.constant || target.slots.some((slot) => this.#hasText(view, target, slot)))
        return true;
    }
    if (this.#inObjects(view, required).some((place) => isText(view.at(place)))) return true;
    // A value that should be an object, and is none, has a message of its own.
    if (this.#objects(required).some((names) => isNoObject(view.at({ names })))) return true;
    // Which element of an array gives a key is not looked up again: the kernel's own verdict counts.
    return this.#pairs(required).length > 0;
  }

  #hasText(view: EventView, { absent = [] }: SlotTarget, slot: number): boolean {
    const place = this.#paths.get(slot);
    const value = place && view.at(place);
    return (
      isText(value) && !absent.some((each) => each.slot === slot && each.text === String(value))
    );
  }

  #targets({ map, key }: RequiredKey): SlotTarget[] {
    return this.#plan.keys.filter((each) => each.map === map && each.key.toLowerCase() === key);
  }

  /** Where a key is, or would be, in the objects whose members go into its map. */
  #inObjects(view: EventView, required: RequiredKey): SlotPath[] {
    return this.#objects(required).map((names) => {
      const members = Object.keys(view.members({ names }) ?? {});
      const member =
        members.findLast((name) => name.toLowerCase() === required.key) ?? required.key;
      return { names: [...names, member] };
    });
  }

  #objects({ map }: RequiredKey): readonly (readonly string[])[] {
    return this.#objectsOf[map] ?? [];
  }

  #pairs({ map }: RequiredKey): readonly SlotPath[] {
    return this.#pairsOf[map] ?? [];
  }
}

function isText(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function isNoObject(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Array.isArray(value);
}
