import type { AmbiguousMode, TimeUnit } from '../record/modes.ts';

/** A compiled mapping: a trie of the member names in its paths, which the scanner follows. */
export interface MappingPlan {
  /** The nodes of the trie. Node 0 is the event itself. */
  nodes: PlanNode[];
  /** Number of values that are captured per event. */
  slots: number;
  /** Sources of the scalar columns, in the order of SCALAR_COLUMNS: insert_id, event_key, ts, metric_value. */
  scalars: [SlotTarget, SlotTarget, SlotTarget, SlotTarget];
  /** Entries of maps that the mapping names one by one. */
  keys: KeyTarget[];
  /** What a missing insert_id is derived from: the raw event, or these slots. Undefined: it is not derived. */
  deriveSlots: number[] | 'raw' | undefined;
  /** Text that precedes what an insert_id is derived from; empty for none. */
  deriveName: string;
  /** Whether an insert_id that is not a UUID is replaced by one derived from itself. */
  fromId: boolean;
  /** The slots from which such an id is derived besides. */
  fromIdSlots: number[];
  /** The event property that keeps an insert_id that is not a UUID. */
  keptKey: string | undefined;
  ts: PlannedTime;
  pairs: PairsTarget[];
  /** Values inside the elements of arrays: what the slot `from` has in an element goes into the event's slot `to`. */
  lifts: { from: number; to: number }[];
  /** Whether values may be wrapped as Avro's JSON encoding wraps those of unions. */
  unions: boolean;
  /** An event is imported only if each of these slots has one of its texts. */
  only: { slot: number; texts: readonly string[] }[];
  /** Constants for keys to which an event gives no value. */
  defaults: { map: number; key: string; constant: string }[];
  /** Bit mask of the maps whose nested values become dotted keys. */
  flatten: number;
}

/** How `ts` is read. */
export interface PlannedTime {
  /** Unit of epoch numbers. */
  unit: TimeUnit;
  /** IANA time zone of times that state none; undefined: UTC. */
  timezone: string | undefined;
  /** Format of all times, in tokens; undefined: ISO 8601, or epoch numbers. */
  format: string | undefined;
  /** What a local time means that a clock change repeats. */
  ambiguous: AmbiguousMode | undefined;
  /** Whether epoch numbers count local time in `timezone`, not UTC. */
  localEpochs: boolean;
  /** Slot of the time of day, if it is a separate field. */
  timeSlot: number | undefined;
}

/** Entries of a map that are made of the elements of an array. */
export interface PairsTarget {
  /** Index of MAP_COLUMNS. */
  map: number;
  /** Node whose members' names are the keys. It has no other use. */
  names: number;
  key: SlotTarget;
  value: SlotTarget;
  /** Keys that are wanted; undefined: all. */
  only: readonly string[] | undefined;
}

/**
 * A value with fall-backs: that of the first slot that has one, else the constant. An empty string is no value where
 * there are fall-backs, and for identifiers.
 */
export interface SlotTarget {
  /** In order of preference. */
  slots: number[];
  constant?: string;
  /** Texts that count as absent in a slot. */
  absent?: { slot: number; text: string }[];
}

/** An entry of a map that the mapping names. */
export interface KeyTarget extends SlotTarget {
  /** Index of MAP_COLUMNS. */
  map: number;
  key: string;
  /** Whether an object counts as absent, because its members are entries of the map. */
  unlessObject?: true;
}

/** A member in a path of the mapping. In bit masks, bit 1 << i means MAP_COLUMNS[i]. */
export interface PlanNode {
  /** Member name → node. */
  children: Map<string, number>;
  /** Slot that captures this value, or -1. */
  slot: number;
  /** Bit mask of the maps that get this value as an entry, under the parent's prefix and its own name. */
  entryMaps: number;
  /** Bit mask of the maps that get the members of this object for which there is no child node. */
  maps: number;
  /**
   * Text that precedes the names of members that become entries. It is empty if the mapping lists the object itself:
   * then any value but an object or null rejects the event. Otherwise it is a path such as "context.", and the object
   * is taken apart only because a part of it is used or excluded: then any other value goes into `maps` as it is, as
   * an entry of the parent.
   */
  prefix: string;
  /** Whether the mapping names a key for a value that is not an object, instead of rejecting the event. */
  hasOtherwise: boolean;
  /** Whether a string here is parsed as JSON. */
  isText: boolean;
  /** Node of this array's elements, if the mapping looks into them. */
  element: number | undefined;
  /** What the elements become: indices of `MappingPlan.pairs`. */
  pairs: number[];
  /** What the event gets from the elements: indices of `MappingPlan.lifts`. */
  lifts: number[];
  /** Whether anything is written from this node or a node inside it. False if it is excluded from every map. */
  used: boolean;
}
