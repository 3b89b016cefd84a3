import type { Kernel } from './kernel.ts';

/** Writes fields of a kernel struct that are 32 bits wide, by the names lib/kernel/offsets.ts exports. */
export function setFields(
  kernel: Kernel,
  struct: string,
  address: number,
  fields: Record<string, number>,
): void {
  for (const [name, value] of Object.entries(fields)) {
    kernel.u32[(address + kernel.offset(struct, name)) >>> 2] = value;
  }
}

/** Reads such a field. */
export function getField(kernel: Kernel, struct: string, address: number, name: string): number {
  return kernel.u32[(address + kernel.offset(struct, name)) >>> 2] as number;
}

/** An array of structs in the arena that grows by doubling; its address changes when it does. */
export class StructArray {
  readonly #kernel: Kernel;
  readonly #struct: string;
  readonly #size: number;
  #address: number;
  #capacity: number;
  length = 0;

  constructor(kernel: Kernel, struct: string, capacity: number) {
    this.#kernel = kernel;
    this.#struct = struct;
    this.#size = kernel.offset(struct, 'SIZE');
    this.#capacity = capacity;
    this.#address = kernel.arena.alloc(capacity * this.#size);
  }

  get address(): number {
    return this.#address;
  }

  /** Appends a struct, its fields 0 but for those given; returns its index. */
  push(fields: Record<string, number>): number {
    if (this.length === this.#capacity) this.#grow();
    const address = this.#address + this.length * this.#size;
    this.#kernel.u8.fill(0, address, address + this.#size);
    setFields(this.#kernel, this.#struct, address, fields);
    return this.length++;
  }

  set(index: number, fields: Record<string, number>): void {
    setFields(this.#kernel, this.#struct, this.#address + index * this.#size, fields);
  }

  get(index: number, field: string): number {
    return getField(this.#kernel, this.#struct, this.#address + index * this.#size, field);
  }

  free(): void {
    this.#kernel.arena.free(this.#address);
  }

  #grow(): void {
    const old = this.#address;
    this.#address = this.#kernel.arena.alloc(2 * this.#capacity * this.#size);
    this.#kernel.u8.copyWithin(this.#address, old, old + this.#capacity * this.#size);
    this.#kernel.arena.free(old);
    this.#capacity *= 2;
  }
}
