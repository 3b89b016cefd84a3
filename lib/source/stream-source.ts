import { withHead } from './compression/decode.ts';
import { InputSource, stoppable } from './input-source.ts';
import { detectFormat } from './signatures.ts';
import type { Source } from './source.ts';
import { zipSourcesOfStream } from './zip/sources.ts';

/** An input that can be read only once and from its start, so that only reading it shows whether it is a ZIP. */
export class StreamSource extends InputSource {
  members(signal?: AbortSignal): AsyncGenerator<Source, void, undefined> {
    return stoppable(signal, (either, stop) =>
      withHead(this.stored(either), (head, input) =>
        detectFormat(head) === 'zip'
          ? zipSourcesOfStream(this.name, input, either)
          : this.#itself(input, stop),
      ),
    );
  }

  /** Yields the input itself, with its first bytes already read. A consumer that stops reading stops the stream. */
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
