import { withHead } from './compression/decode.ts';
import { InputSource, stoppable } from './input-source.ts';
import { detectFormat } from './signatures.ts';
import type { Source } from './source.ts';
import { zipSourcesOfStream } from './zip/sources.ts';

/** An input that can be read only once and from its beginning: what it is shows when its bytes come. */
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
