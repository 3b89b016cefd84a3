/**
 * The generator sfc32. It is small and fast, good enough that generated data compresses like real data, and seeded,
 * so that all machines measure the same bytes.
 */
export class Random {
  #a: number;
  #b: number;
  #c = 0x9e3779b9;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = ~seed;
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** Returns 32 random bits as a signed integer. */
  bits(): number {
    const result = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + result;
    return result;
  }

  /** Returns an integer from 0 up to, but not including, `end`. */
  below(end: number): number {
    return Math.floor((this.bits() >>> 0) * 2 ** -32 * end);
  }

  /** Like `below`, but small numbers are far more frequent, as with popular products and active users. */
  skewed(end: number): number {
    const u = (this.bits() >>> 0) * 2 ** -32;
    return Math.floor(u * u * u * end);
  }

  chance(share: number): boolean {
    return (this.bits() >>> 0) * 2 ** -32 < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  uuid(): string {
    const word = (): string => (this.bits() >>> 0).toString(16).padStart(8, '0');
    const text = word() + word() + word() + word();
    const variant = '89ab'[this.below(4)];
    return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-${variant}${text.slice(17, 20)}-${text.slice(20)}`;
  }
}
