import type { Kernel } from '../../batch/kernel.ts';
import type { ChunkPage } from './chunk-pages.ts';
import { Damage } from './damage.ts';

/** Bits of a slot's byte, as lib/kernel/decode/entries.ts has them. */
const REPETITION_SHIFT = 0;
const DEFINITION_SHIFT = 1;
/** Bytes of the length before the levels of a page of version 1. */
const LENGTH = 4;

/** The levels of a page of a map. */
export interface Levels {
  /** Slots with an entry; the others are empty maps. */
  entries: number;
  /** Address after the levels, where the values begin. */
  values: number;
}

/** Reads the levels of a page of a map into a byte for each slot. @throws Damage */
export function readLevels(kernel: Kernel, page: ChunkPage, slots: number): Levels {
  kernel.u8.fill(0, slots, slots + page.values);
  const { levels } = page;
  const repetition = partOf(kernel, page, page.body, levels?.repetition);
  const definition = partOf(kernel, page, repetition.end, levels?.definition);
  const read = ({ begin, end }: Part, shift: number): number =>
    kernel.fn.decodeLevels(begin, end, page.values, slots, shift);
  const entries = read(definition, DEFINITION_SHIFT);
  if (read(repetition, REPETITION_SHIFT) < 0 || entries < 0) {
    throw new Damage('levels', `the levels of a page with ${page.values} values cannot be read`);
  }
  return { entries, values: definition.end };
}

interface Part {
  begin: number;
  end: number;
}

function partOf(kernel: Kernel, page: ChunkPage, at: number, known: number | undefined): Part {
  const begin = known === undefined ? at + LENGTH : at;
  const length =
    known ?? (begin > page.end ? Number.POSITIVE_INFINITY : kernel.bytes.readUInt32LE(at));
  if (begin + length > page.end) {
    throw new Damage('levels', 'the levels of a page are longer than the page');
  }
  return { begin, end: begin + length };
}
