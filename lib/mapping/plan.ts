import type { TimeUnit } from '../record/modes.ts';

/** A mapping as the scanner follows it: a trie of the member names that it speaks of. */
export interface MappingPlan {
  /** 0 is the event. */
  nodes: PlanNode[];
  /** Source values captured per event. */
  slots: number;
  /** At the index of SCALAR_COLUMNS: insert_id, event_key, ts, metric_value. */
  scalars: [SlotTarget, SlotTarget, SlotTarget, SlotTarget];
  keys: KeyTarget[];
  /** What a missing insert_id is derived from: the raw event, or these slots; undefined: the mapping says nothing. */
  deriveSlots: number[] | 'raw' | undefined;
  /** Put before what an insert_id is derived from; empty: nothing is. */
  deriveName: string;
  /** Whether an id that is no UUID is derived from itself. */
  fromId: boolean;
  /** The event property that gets an id which is no UUID. */
  keptKey: string | undefined;
  ts: PlannedTime;
  pairs: PairsTarget[];
  /** An event is taken if each of these slots has one of its texts. */
  only: { slot: number; texts: readonly string[] }[];
  /** Constants for keys that an event gives no value. */
  defaults: { map: number; key: string; constant: string }[];
  /** Bit mask of maps whose nested values become dotted keys. */
  flatten: number;
}

/** How `ts` is to be read. */
export interface PlannedTime {
  unit: TimeUnit;
  timezone: string | undefined;
  /** Whether numbers count by the clock of `timezone` too. */
  localEpochs: boolean;
  /** Where the time of day is captured, if it is a field of its own. */
  timeSlot: number | undefined;
}

/** Entries of a map that the elements of an array give. */
export interface PairsTarget {
  /** Index of MAP_COLUMNS. */
  map: number;
  /** The node whose names their keys are: it has no other use. */
  names: number;
  key: SlotTarget;
  value: SlotTarget;
  /** The keys that are wanted; undefined: all. */
  only: readonly string[] | undefined;
}

/** A value taken from the first slot that has one, else the constant. */
export interface SlotTarget {
  /** In order of preference. */
  slots: number[];
  constant?: string;
}

/** A single entry of a map. */
export interface KeyTarget extends SlotTarget {
  /** Index of MAP_COLUMNS. */
  map: number;
  key: string;
}

/** A member that the mapping speaks of. Bit masks have bit 1 << i for MAP_COLUMNS[i]. */
export interface PlanNode {
  /** Member name → node. */
  children: Map<string, number>;
  /** Where this value is captured, or -1. */
  slot: number;
  /** Maps into which this value goes as an entry, under the parent's prefix and its own name. */
  entryMaps: number;
  /** Maps into which members of this object go that have no child node. */
  maps: number;
  /**
   * Put before the names of members that become entries. Empty where `maps` comes from an object that
   * the mapping names: there any value but an object or null rejects the event. Otherwise ("context.")
   * the object is only taken apart because a part of it is used or excluded: a value that is no object
   * goes into `maps` whole, as an entry of the parent.
   */
  prefix: string;
  /** Whether a string here is read as the JSON that it holds. */
  isText: boolean;
  /** The node of the elements of this array, if they are pairs. */
  element: number | undefined;
  /** What is made of them: indices of `pairs`. */
  pairs: number[];
  /** False only for nodes that nothing is written from, which are excluded everywhere. */
  used: boolean;
}
