import type { Kernel } from './kernel.ts';

/**
 * What a stage keeps in a kernel's memory, one for each: where sources have a parser each, their batches are
 * of several kernels, and an address of one means something else in another.
 */
export function perKernel<T>(make: (kernel: Kernel) => T): (kernel: Kernel) => T {
  const made = new WeakMap<Kernel, { value: T }>();
  return (kernel) => {
    const known = made.get(kernel) ?? { value: make(kernel) };
    made.set(kernel, known);
    return known.value;
  };
}
