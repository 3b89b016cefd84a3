// The parsers as links of a pipeline: which chunks they accept as bytes.
import { Readable } from 'node:stream';
import { test } from 'tap';
import type { EventBatch } from '../../lib/batch/event-batch.ts';
import { RunCounters } from '../../lib/run-counters.ts';
import { parseCsv, parseNdjson } from '../../lib/streams/parse.ts';
import { eventLine } from '../support/events.ts';

const LINE = `${eventLine({ key: '구매' })}\n`;

test('chunks of text are taken as UTF-8', async (t) => {
  const counters = new RunCounters();
  const batches = Readable.from([LINE, LINE]).pipe(parseNdjson({ counters }));
  const keys: string[] = [];
  for await (const batch of batches as AsyncIterable<EventBatch>) {
    for (let row = 0; row < batch.rows; row++) keys.push(batch.scalar(row, 'event_key').text);
    batch.release();
  }
  t.strictSame(keys, ['구매', '구매']);
  t.equal(counters.bytesIn, 2 * Buffer.byteLength(LINE));
});

test('what is neither bytes nor text is no input without events', async (t) => {
  const bytes = new TextEncoder().encode(LINE);
  for (const parse of [parseNdjson, parseCsv]) {
    for (const chunk of [JSON.parse(LINE) as object, bytes.buffer]) {
      const batches = Readable.from([chunk]).pipe(parse({ source: 'events' }));
      await t.rejects(batches.toArray(), {
        code: 'E_INPUT_FORMAT',
        message: 'events: expected a stream of bytes, got object',
      });
    }
  }
});
