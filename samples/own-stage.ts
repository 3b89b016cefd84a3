// Your own code between the stages, in two ways:
// - `map` calls a function with each event, which may change the event, leave it out, or return several;
// - a Transform of batches gets thousands of events at once, so it costs next to nothing.
//
//   node dist/samples/own-stage.js samples/events.ndjson out/own-stage
import { createReadStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  deliver,
  type EventBatch,
  limits,
  lowercaseKeys,
  map,
  metricValue,
  parseNdjson,
  RunCounters,
  route,
  rowGroups,
  truncateTimestamps,
  validate,
} from 'hackle-import';

/** Counts valid events by event_key. */
function countKeys(counts: Map<string, number>): Transform {
  return new Transform({
    objectMode: true,
    highWaterMark: 1,
    transform(batch: EventBatch, _encoding, done) {
      for (const [row, code] of batch.codes.entries()) {
        if (code !== 0) continue; // rejected by an earlier stage
        const key = batch.scalar(row, 'event_key').text;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      done(null, batch);
    },
  });
}

const [input = 'samples/events.ndjson', to = 'out/own-stage'] = process.argv.slice(2);
const counters = new RunCounters();
const counts = new Map<string, number>();

await pipeline(
  createReadStream(input, { highWaterMark: 1 << 20 }),
  parseNdjson({ source: input, counters }),
  map((event) => {
    event.event_properties.source = 'my-app';
    return event;
  }),
  validate(),
  countKeys(counts),
  lowercaseKeys(),
  truncateTimestamps(),
  metricValue(),
  limits(),
  route({ counters }),
  rowGroups(),
  deliver(to, { counters, ifExists: 'replace' }),
);

for (const [key, count] of [...counts].sort((a, b) => b[1] - a[1])) {
  console.log(`${String(count).padStart(6)}  ${key}`);
}
process.exitCode = counters.status === 'committed' ? 0 : 3;
