import type { Kernel } from './kernel.ts';

/**
 * Makes something once for each kernel, for stages that keep it in the kernel's memory. If each source has its
 * own parser, batches come from several kernels, and an address is only valid in its own kernel.
 */
export function perKernel<T>(make: (kernel: Kernel) => T): (kernel: Kernel) => T {
  const made = new WeakMap<Kernel, { value: T }>();
  return (kernel) => {
    const known = made.get(kernel) ?? { value: make(kernel) };
    made.set(kernel, known);
    return known.value;
  };
}
