import { MAP_COLUMNS, SCALAR_COLUMNS } from '../batch/event-batch.ts';
import type { Kernel } from '../batch/kernel.ts';
import { type Fields, getField, StructArray, setFields } from '../batch/struct.ts';
import type { MappingPlan, SlotTarget } from '../mapping/plan.ts';
import type { ConditionUse } from './block.ts';

const IDENTIFIERS = MAP_COLUMNS.indexOf('identifiers');

/**
 * The part of a compiled mapping that does not depend on the member names in the input, laid out in linear memory
 * for the kernel (lib/kernel/scanner.ts).
 */
export class PlanLayout {
  /** The fields of the kernel's Scanner that refer to this layout. */
  readonly fields: Fields<'Scanner'>;
  /**
   * Targets of the keys that the mapping names. `Scanner` fills in their `key`, which depends on the table of names.
   */
  readonly keyTargets: StructArray<'Target'>;
  /** Targets of the constants that the mapping gives to keys. `Scanner` fills in their `key`. */
  readonly defaults: StructArray<'Target'>;
  readonly #kernel: Kernel;
  readonly #plan: MappingPlan;
  readonly #slots: number;
  readonly #blocks: number[] = [];
  #onlyAddress = 0;

  constructor(kernel: Kernel, plan: MappingPlan) {
    this.#kernel = kernel;
    this.#plan = plan;
    this.#slots = this.#block(plan.slots * kernel.sizeOf('Slot'));
    this.clearSlots();
    this.keyTargets = new StructArray(kernel, 'Target', Math.max(1, plan.keys.length));
    for (const target of plan.keys) {
      this.keyTargets.push({
        map: target.map,
        unlessObject: target.unlessObject ? 1 : 0,
        ...this.#targetFields(
          target,
          target.map === IDENTIFIERS || hasFallBacks(target) || target.unlessObject,
        ),
      });
    }
    this.defaults = new StructArray(kernel, 'Target', Math.max(1, plan.defaults.length));
    for (const { map, constant } of plan.defaults) {
      this.defaults.push({ map, ...this.#targetFields({ slots: [], constant }) });
    }
    const { deriveSlots: derive } = plan;
    this.fields = {
      slots: this.#slots,
      scalars: this.#scalarTargets(),
      keyTargets: this.keyTargets.address,
      keyTargetCount: plan.keys.length,
      derive: derive === undefined ? 0 : derive === 'raw' ? 1 : 2,
      deriveSlots: this.#numbers(Array.isArray(derive) ? derive : []),
      deriveSlotCount: Array.isArray(derive) ? derive.length : 0,
      deriveName: this.#text(plan.deriveName),
      deriveNameLen: Buffer.byteLength(plan.deriveName),
      fromId: plan.fromId ? 1 : 0,
      fromIdSlots: this.#numbers(plan.fromIdSlots),
      fromIdSlotCount: plan.fromIdSlots.length,
      timeSlot: plan.ts.timeSlot ?? -1,
      pairs: this.#pairs(),
      lifts: this.#lifts(),
      unions: plan.unions ? 1 : 0,
      only: this.#only(),
      onlyCount: plan.only.length,
      defaults: this.defaults.address,
      defaultCount: plan.defaults.length,
      flatten: plan.flatten,
    };
  }

  /** Clears all captured values. */
  clearSlots(): void {
    const bytes = this.#plan.slots * this.#kernel.sizeOf('Slot');
    this.#kernel.u8.fill(0, this.#slots, this.#slots + bytes);
  }

  /** Frees the memory. */
  free(): void {
    this.keyTargets.free();
    this.defaults.free();
    for (const block of this.#blocks) this.#kernel.arena.free(block);
  }

  #scalarTargets(): number {
    const size = this.#kernel.sizeOf('Target');
    const address = this.#block(SCALAR_COLUMNS.length * size);
    this.#plan.scalars.forEach((target, column) => {
      const fields = this.#targetFields(target, hasFallBacks(target));
      setFields(this.#kernel, 'Target', address + column * size, fields);
    });
    return address;
  }

  #pairs(): number {
    const { pairs, nodes } = this.#plan;
    const size = this.#kernel.sizeOf('Pairs');
    const address = this.#block(pairs.length * size);
    pairs.forEach(({ map, names, key, value }, index) => {
      const siblings = nodes.find((node) => node.pairs.includes(index))?.pairs ?? [];
      const next = siblings[siblings.indexOf(index) + 1];
      setFields(this.#kernel, 'Pairs', address + index * size, {
        map,
        names,
        key: this.#target(key),
        // Values of an element are alternatives, of which one is present: an empty string is one like any other.
        value: this.#target(value, map === IDENTIFIERS),
        next: next === undefined ? 0 : next + 1,
      });
    });
    return address;
  }

  #lifts(): number {
    const { lifts, nodes } = this.#plan;
    const size = this.#kernel.sizeOf('Lift');
    const address = this.#block(lifts.length * size);
    lifts.forEach((lift, index) => {
      const siblings = nodes.find((node) => node.lifts.includes(index))?.lifts ?? [];
      const next = siblings[siblings.indexOf(index) + 1];
      setFields(this.#kernel, 'Lift', address + index * size, {
        ...lift,
        next: next === undefined ? 0 : next + 1,
      });
    });
    return address;
  }

  #absent(texts: NonNullable<SlotTarget['absent']>): number {
    const size = this.#kernel.sizeOf('Absent');
    const address = this.#block(texts.length * size);
    texts.forEach(({ slot, text }, index) => {
      const place = { slot, text: this.#text(text), len: Buffer.byteLength(text) };
      setFields(this.#kernel, 'Absent', address + index * size, place);
    });
    return address;
  }

  #target(target: SlotTarget, skipsEmpty = false): number {
    const address = this.#block(this.#kernel.sizeOf('Target'));
    setFields(this.#kernel, 'Target', address, this.#targetFields(target, skipsEmpty));
    return address;
  }

  /** For each condition of the mapping whether events had a value there, or none. */
  get conditions(): ConditionUse[] {
    const size = this.#kernel.sizeOf('Only');
    return this.#plan.only.map(({ slot }, index) => {
      const at = this.#onlyAddress + index * size;
      const isSet = (field: 'present' | 'absent'): boolean =>
        getField(this.#kernel, 'Only', at, field) !== 0;
      return { slot, present: isSet('present'), absent: isSet('absent') };
    });
  }

  #only(): number {
    const { only } = this.#plan;
    const size = this.#kernel.sizeOf('Only');
    const address = this.#block(only.length * size);
    this.#kernel.u8.fill(0, address, address + only.length * size);
    this.#onlyAddress = address;
    only.forEach(({ slot, texts }, index) => {
      const places = texts.flatMap((text) => [this.#text(text), Buffer.byteLength(text)]);
      setFields(this.#kernel, 'Only', address + index * size, {
        slot,
        texts: this.#numbers(places),
        count: texts.length,
      });
    });
    return address;
  }

  #targetFields(target: SlotTarget, skipsEmpty = false): Fields<'Target'> {
    const { slots, constant = '', absent = [] } = target;
    return {
      slots: this.#numbers(slots),
      slotCount: slots.length,
      skips: skipsEmpty || absent.length > 0 ? 1 : 0,
      absent: this.#absent(absent),
      absentCount: absent.length,
      // An empty constant counts as none, because no mapping may give an empty text to a column or key.
      constant: constant === '' ? 0 : this.#text(constant),
      constantLen: Buffer.byteLength(constant),
    };
  }

  /** Returns the address of a text in UTF-8. */
  #text(text: string): number {
    const bytes = Buffer.from(text, 'utf8');
    const address = this.#block(bytes.length + this.#kernel.constant('PADDING'));
    this.#kernel.u8.set(bytes, address);
    return address;
  }

  #numbers(values: readonly number[]): number {
    const address = this.#block(values.length * 4);
    this.#kernel.u32.set(values, address >>> 2);
    return address;
  }

  #block(bytes: number): number {
    const address = this.#kernel.arena.alloc(bytes);
    this.#blocks.push(address);
    return address;
  }
}

/** Whether a value has another source, for which an empty string makes room. */
function hasFallBacks({ slots, constant }: SlotTarget): boolean {
  return slots.length + (constant === undefined ? 0 : 1) > 1;
}
