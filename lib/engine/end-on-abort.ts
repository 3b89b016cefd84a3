/** A source has this long to end by itself: then a read of it hangs, such as opening a FIFO without a writer. */
const HANGING_MS = 500;

/**
 * Yields the values of a generator. After the signal is aborted it ends with the signal's reason, even while the
 * generator waits for a read that nothing can interrupt.
 */
export async function* endOnAbort<T>(
  values: AsyncGenerator<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  let onAbort = (): void => {};
  const hanging = new Promise<never>((_, reject) => {
    onAbort = () => {
      setTimeout(() => reject(signal?.reason), HANGING_MS).unref();
    };
  });
  hanging.catch(() => {});
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      const next = await Promise.race([values.next(), hanging]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await Promise.race([values.return(undefined), hanging]).catch(() => {});
  }
}
