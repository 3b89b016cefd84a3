import { MAP_COLUMNS } from '../batch/event-batch.ts';
import type { MappingPlan, PlanNode } from '../mapping/plan.ts';
import { type EventView, shown } from './event-view.ts';
import { placeText, walk } from './slot-paths.ts';

/** Says where an event has something else than the object or the array of pairs that its mapping expects. */
export function notObjects(plan: MappingPlan, view: EventView): string[] {
  return [...walk(plan.nodes, 0)].flatMap(({ node, names }) => {
    const value = view.at({ names });
    if (value === undefined || value === null) return [];
    const place = placeText({ names });
    if (node.pairs.length > 0) return pairsProblem(plan, node, place, value);
    if (node.maps === 0 || node.prefix !== '' || node.hasOtherwise || isObject(value)) return [];
    const columns = MAP_COLUMNS.filter((_, map) => node.maps & (1 << map)).join(' and ');
    const what = place === columns ? place : `${columns}, from ${place}`;
    return [`expected a JSON object for ${what}, got ${shown(value)}`];
  });
}

function pairsProblem(plan: MappingPlan, node: PlanNode, place: string, value: unknown): string[] {
  const columns = node.pairs.map((index) => MAP_COLUMNS[plan.pairs[index]?.map ?? 0]);
  const where = `${[...new Set(columns)].join(' and ')}, from ${place}`;
  if (!Array.isArray(value)) {
    return [`expected an array of keys and values for ${where}, got ${shown(value)}`];
  }
  const at = value.findIndex((element) => !isObject(element));
  if (at >= 0) {
    return [
      `expected objects with a key and a value for ${where}, got ${shown(value[at])} as element ${at}`,
    ];
  }
  return [`expected a text as the key in each element for ${where}, got ${shown(value)}`];
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
