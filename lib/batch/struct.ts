import type { FieldName, Kernel, StructName } from './kernel.ts';

/** Values for some fields of a struct. */
export type Fields<S extends StructName> = { readonly [F in FieldName<S>]?: number };

/** Writes fields of the struct at an address. */
export function setFields<S extends StructName>(
  kernel: Kernel,
  struct: S,
  address: number,
  fields: Fields<S>,
): void {
  for (const name of Object.keys(fields) as FieldName<S>[]) {
    kernel.u32[(address + kernel.offset(struct, name)) >>> 2] = fields[name] as number;
  }
}

/** Reads a field of the struct at an address. */
export function getField<S extends StructName>(
  kernel: Kernel,
  struct: S,
  address: number,
  name: FieldName<S>,
): number {
  return kernel.u32[(address + kernel.offset(struct, name)) >>> 2] as number;
}

/** An array of structs in the arena. It grows by doubling, which changes its address. */
export class StructArray<S extends StructName> {
  readonly #kernel: Kernel;
  readonly #struct: S;
  readonly #size: number;
  #address: number;
  #capacity: number;
  length = 0;

  constructor(kernel: Kernel, struct: S, capacity: number) {
    this.#kernel = kernel;
    this.#struct = struct;
    this.#size = kernel.sizeOf(struct);
    this.#capacity = capacity;
    this.#address = kernel.arena.alloc(capacity * this.#size);
  }

  get address(): number {
    return this.#address;
  }

  /** Appends a struct with the given fields, all others being 0; returns its index. */
  push(fields: Fields<S>): number {
    if (this.length === this.#capacity) this.#grow();
    const address = this.#address + this.length * this.#size;
    this.#kernel.u8.fill(0, address, address + this.#size);
    setFields(this.#kernel, this.#struct, address, fields);
    return this.length++;
  }

  set(index: number, fields: Fields<S>): void {
    setFields(this.#kernel, this.#struct, this.#address + index * this.#size, fields);
  }

  get(index: number, field: FieldName<S>): number {
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
