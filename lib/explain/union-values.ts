import { avroUnionType } from '../avro-union.ts';
import { MAP_COLUMNS } from '../batch/event-batch.ts';
import type { MappingPlan } from '../mapping/plan.ts';
import type { EventView } from './event-view.ts';
import { type SlotPath, walk } from './slot-paths.ts';

const MAPS = ['identifiers', 'platform_properties'].map((name) =>
  MAP_COLUMNS.indexOf(name as never),
);

/** Finds the places of Avro's unions among the values that become identifiers and platform properties. */
export function unionValues(
  plan: MappingPlan,
  paths: ReadonlyMap<number, SlotPath>,
  view: EventView,
): SlotPath[] {
  const slots = plan.keys.filter(({ map }) => MAPS.includes(map)).flatMap((key) => key.slots);
  const named = slots.flatMap((slot) => paths.get(slot) ?? []);
  const inObjects = [...walk(plan.nodes, 0)]
    .filter(({ node }) => MAPS.some((map) => (node.maps & (1 << map)) !== 0))
    .flatMap(({ names }) => {
      return Object.keys(view.members({ names }) ?? {}).map((name) => ({
        names: [...names, name],
      }));
    });
  const places = new Map([...named, ...inObjects].map((place) => [JSON.stringify(place), place]));
  return [...places.values()].filter((place) => avroUnionType(view.at(place)) !== undefined);
}
