// Runs with a temporary file that end in every way there is: none may leave it behind.
import { Readable } from 'node:stream';
import { test } from 'tap';
import { convert } from '../../lib/convert.ts';
import type { ConvertOptions } from '../../lib/options/options.ts';
import { until } from './command.ts';
import { remainsIn } from './folders.ts';
import { openFiles } from './open-files.ts';
import { tempFolder } from './temp.ts';

const linux = { skip: process.platform === 'linux' ? false : 'nothing tells which files are open' };

/** Makes the tests: of events that need the file, one a thread, in chunks; `written` are those not rejected. */
export function testEnds(given: {
  written: number;
  chunks: () => Iterable<Buffer>;
  options: Partial<ConvertOptions>;
  threads: readonly number[];
}): void {
  for (const threads of given.threads) {
    for (const end of ['aborted', 'failed', 'done'] as const) {
      test(`${threads} threads: a run that is ${end} leaves no file`, linux, async (t) => {
        const files = Math.max(1, threads);
        const abort = new AbortController();
        async function* chunks(): AsyncGenerator<Buffer> {
          yield* given.chunks();
          await until('the temporary file', () => openFiles().length === files);
          if (end === 'aborted') abort.abort();
          if (end === 'failed') throw new Error('the disk is gone');
        }
        const to = tempFolder(t);
        const running = convert({
          ...given.options,
          inputs: [{ name: 'events', stream: Readable.from(chunks(), { objectMode: true }) }],
          to,
          threads,
          signal: abort.signal,
        });
        if (end === 'done')
          t.match(await running, { status: 'committed', rowsWritten: given.written });
        else {
          await t.rejects(running, { code: end === 'aborted' ? 'E_ABORTED' : 'E_INPUT_READ' });
          t.strictSame(remainsIn(to).success, []);
        }
        t.strictSame(openFiles(), []);
      });
    }
  }
}
