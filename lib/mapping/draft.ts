import { MAP_COLUMNS } from '../batch/event-batch.ts';
import { ImportError } from '../errors.ts';
import { formatPath, type Path } from './path.ts';
import type { PlanNode } from './plan.ts';

/** A node while the plan is compiled, with information that the plan does not keep. */
export interface Draft extends PlanNode {
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

/** Returns a node without any use. */
export function newDraft(path: Path, parent: Draft | undefined): Draft {
  return {
    children: new Map(),
    slot: -1,
    entryMaps: 0,
    maps: 0,
    prefix: '',
    hasOtherwise: false,
    isText: false,
    element: undefined,
    pairs: [],
    lifts: [],
    used: false,
    path,
    parent,
    members: new Map(),
    excluded: 0,
    taken: false,
    prefixMap: undefined,
  };
}

/** The part of a node that the plan keeps. */
export function planned(draft: Draft): PlanNode {
  const { children, slot, entryMaps, maps, prefix, hasOtherwise, isText, element, used } = draft;
  const { pairs, lifts } = draft;
  return {
    children,
    slot,
    entryMaps,
    maps,
    prefix,
    hasOtherwise,
    isText,
    element,
    pairs,
    lifts,
    used,
  };
}

/** Whether a member inside a value is left out of the map into which the value goes. */
export function hasInside(node: Draft, map: number, unused: boolean): boolean {
  for (const member of node.members.values()) {
    if (member.excluded & (1 << map) || (unused && member.taken)) return true;
    if (hasInside(member, map, unused)) return true;
  }
  return false;
}

/** Whether a value, or an object around it, is left out of a map. */
export function isExcluded(node: Draft | undefined, map: number): boolean {
  if (!node) return false;
  return (node.excluded & (1 << map)) !== 0 || isExcluded(node.parent, map);
}

/** The error for members of an object that would be written under two different prefixes. */
export function conflict(node: Draft, map: number): ImportError {
  const path = formatPath(node.path);
  const columns = [...new Set([node.prefixMap ?? map, map])].map((each) => MAP_COLUMNS[each]);
  return new ImportError(
    'E_MAPPING',
    `mapping: the members of "${path}" would be written in two ways (${columns.join(' and ')}): under their own names, because it is listed in "objects", and under dotted keys, because a part of it is excluded from an object around it`,
    { hint: `Exclude all of "${path}" from the object around it, or remove it from "objects".` },
  );
}
