import { Type } from './format.ts';

/** The values of a leaf column. */
export interface LeafType {
  path: string[];
  type: number;
  /** Bytes of a value; 0 for BYTE_ARRAY. */
  width: number;
  /** Whether values become indices into a dictionary; `tried`: until that does not pay any more. */
  dictionary: 'none' | 'tried' | 'kept';
}

/** The leaf of a text column. */
export function textLeaf(path: string[]): LeafType {
  return { path, type: Type.BYTE_ARRAY, width: 0, dictionary: 'tried' };
}

/** The leaf of a map's keys, which the kernel always writes as indices. */
export function keyLeaf(path: string[]): LeafType {
  return { ...textLeaf(path), dictionary: 'kept' };
}
