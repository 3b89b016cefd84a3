import { zipSourcesOfStream } from './archive.ts';
import { withHead } from './decode.ts';
import { detectFormat } from './formats.ts';
import { InputSource } from './input-source.ts';
import type { Source } from './source.ts';

/** An input that can be read only once and from its beginning: what it is shows when its bytes come. */
export class StreamSource extends InputSource {
  async *members(signal?: AbortSignal): AsyncGenerator<Source, void, undefined> {
    const stop = new AbortController();
    const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    const iterator = withHead(this.stored(either), (head, input) =>
      detectFormat(head) === 'zip'
        ? zipSourcesOfStream(this.name, input, either)
        : this.#itself(input, stop),
    );
    try {
      for (let next = await iterator.next(); !next.done; next = await iterator.next())
        yield next.value;
    } finally {
      stop.abort();
      // The reader's own end with the abort is no news.
      await iterator.return().catch(() => {});
    }
  }

  /** The same bytes, of which the first ones were looked at; who stops reading them stops the stream. */
  async *#itself(
    input: AsyncIterable<Uint8Array>,
    stop: AbortController,
  ): AsyncGenerator<Source, void, undefined> {
    yield new InputSource(this.name, this.size, (signal) => {
      signal.addEventListener('abort', () => stop.abort(signal.reason), { once: true });
      return input;
    });
  }
}
