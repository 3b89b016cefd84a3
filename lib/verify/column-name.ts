import { MAP_COLUMNS, type MapColumn } from '../batch/event-batch.ts';

/** Returns the name of a leaf for people: `event_properties.key` for `event_properties.key_value.key`. */
export function columnName(path: string): string {
  return path.replace('.key_value.', '.');
}

/** A leaf column: a column, or the keys or values of a map. */
export interface Leaf {
  /** The name of the column. */
  column: string;
  /** What it holds of a map; undefined for a column that is none. */
  part: 'key' | 'value' | undefined;
}

/** Returns the leaf of a path. */
export function leafOf(path: string): Leaf {
  const [column = '', , part] = path.split('.');
  return { column, part: part === 'key' || part === 'value' ? part : undefined };
}

/** Whether a column is one of the maps. */
export function isMapColumn(name: string): name is MapColumn {
  return MAP_COLUMNS.some((each) => each === name);
}
