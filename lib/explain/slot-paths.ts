import type { MappingPlan } from '../mapping/plan.ts';

/** Where a slot's value is in an event. */
export interface SlotPath {
  names: readonly string[];
  /** If `names` lead to an array: the names inside an element. */
  item?: readonly string[];
}

/** Returns the place of each slot's value in an event. Slots of pairs have none. */
export function slotPaths({ nodes, lifts }: MappingPlan): ReadonlyMap<number, SlotPath> {
  const paths = new Map<number, SlotPath>();
  for (const { node, names } of walk(nodes, 0)) {
    if (node.slot >= 0) paths.set(node.slot, { names });
    if (node.element === undefined) continue;
    const inside = [...walk(nodes, node.element)];
    for (const index of node.lifts) {
      const lift = lifts[index];
      const item = inside.find((each) => each.node.slot === lift?.from)?.names ?? [];
      if (lift !== undefined) paths.set(lift.to, { names, item });
    }
  }
  return paths;
}

/** The nodes from one on, with the names that lead to them from there. */
export function* walk(
  nodes: MappingPlan['nodes'],
  from: number,
  names: readonly string[] = [],
): Generator<{ node: MappingPlan['nodes'][number]; names: readonly string[] }> {
  const node = nodes[from];
  if (node === undefined) return;
  yield { node, names };
  for (const [name, child] of node.children) yield* walk(nodes, child, [...names, name]);
}

/** A place as a person writes it. */
export function placeText({ names, item }: SlotPath): string {
  const path = names.length === 0 ? 'the event' : names.join('.');
  return item === undefined ? path : `${path}[].${item.join('.')}`;
}

/** The paths of the mapping's conditions (`only`), by their slots. */
export function conditionPaths(plan: MappingPlan): ReadonlyMap<number, string> {
  if (plan.only.length === 0) return new Map();
  const paths = slotPaths(plan);
  return new Map(plan.only.map(({ slot }) => [slot, placeText(paths.get(slot) ?? { names: [] })]));
}
