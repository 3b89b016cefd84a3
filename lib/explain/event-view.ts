import { avroUnionType } from '../avro-union.ts';
import type { MappingPlan, PlanNode } from '../mapping/plan.ts';
import { closest } from '../nearest.ts';
import { placeText, type SlotPath } from './slot-paths.ts';

/** Characters of a value that a message shows. */
const SHOWN = 60;

type Members = Readonly<Record<string, unknown>>;

/**
 * An event as its mapping sees it, for messages: JSON in strings and values of Avro's unions count as what is in them.
 * The kernel reads events; this class only finds again what was in a rejected one.
 */
export class EventView {
  readonly #nodes: readonly PlanNode[];
  readonly #unions: boolean;
  readonly #event: unknown;

  constructor({ nodes, unions }: MappingPlan, event: unknown) {
    this.#nodes = nodes;
    this.#unions = unions;
    this.#event = event;
  }

  /** The value at a place; undefined if there is none. */
  at({ names, item }: SlotPath): unknown {
    const value = this.#follow(names).value;
    if (item === undefined) return value;
    if (!Array.isArray(value)) return undefined;
    const values = value.map((element) => this.#memberOf(element, item));
    return values.find((each) => each !== undefined && each !== null);
  }

  /** Says what is at each place. */
  describeAll(places: readonly SlotPath[]): string[] {
    const others = places.map(placeText);
    return places.map((place) => this.#describe(place, others));
  }

  /** Says what is at a place, with the name that was probably meant if nothing is, unless that is one of `others`. */
  #describe(place: SlotPath, others: readonly string[]): string {
    const value = this.at(place);
    const text = placeText(place);
    if (value === null) return `${text} is null`;
    if (value === '') return `${text} is empty`;
    if (value !== undefined) return `${text} is ${shown(value)}`;
    const { reached, parent } = this.#follow(place.names);
    if (reached.length === place.names.length) return `${text} is not there`;
    const missing = place.names[reached.length] as string;
    const name = closest(missing, Object.keys(membersOf(parent) ?? {}));
    const near = name === undefined ? '' : placeText({ names: [...reached, name] });
    const nearText = near === '' || others.includes(near) ? '' : ` (near: ${near})`;
    return `${placeText({ names: [...reached, missing] })} is not there${nearText}`;
  }

  /** The members of the object at a place; undefined if there is no object. */
  members(place: SlotPath): Members | undefined {
    return membersOf(this.at(place));
  }

  /** Follows names as far as they lead: their value, the names that were found, and the object after them. */
  #follow(names: readonly string[]): { value: unknown; reached: string[]; parent: unknown } {
    let value = this.#event;
    let index: number | undefined = 0;
    const reached: string[] = [];
    for (const name of names) {
      const parent = value;
      const members = membersOf(parent);
      if (members === undefined || !Object.hasOwn(members, name)) {
        return { value: undefined, reached, parent };
      }
      index = index === undefined ? undefined : this.#nodes[index]?.children.get(name);
      value = this.#inside(members[name], index === undefined ? undefined : this.#nodes[index]);
      reached.push(name);
    }
    return { value, reached, parent: value };
  }

  /** The value that a member counts as. */
  #inside(value: unknown, node: PlanNode | undefined): unknown {
    const type = this.#unions ? avroUnionType(value) : undefined;
    const inner = type === undefined ? value : membersOf(value)?.[type];
    return node?.isText && typeof inner === 'string' ? jsonIn(inner) : inner;
  }

  #memberOf(value: unknown, names: readonly string[]): unknown {
    return names.reduce<unknown>((object, name) => {
      const members = membersOf(object);
      if (members === undefined || !Object.hasOwn(members, name)) return undefined;
      return this.#inside(members[name], undefined);
    }, value);
  }
}

/** Writes a value into a message, shortly. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN + 2 ? `${text.slice(0, SHOWN)}…` : text;
}

function membersOf(value: unknown): Members | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Members) : undefined;
}

/** What a text counts as where the mapping parses it: the object, array or null in it, or itself. */
function jsonIn(text: string): unknown {
  if (/^[ \t\r\n]*$/.test(text)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : text;
  } catch {
    return text;
  }
}
