// Composes all stages with `stream.pipeline`. It does what `convert()` does, and you can change any part of it.
//
//   node dist/samples/compose.js samples/events.ndjson out/compose
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import {
  deliver,
  limits,
  lowercaseKeys,
  metricValue,
  parseNdjson,
  RunCounters,
  route,
  rowGroups,
  truncateTimestamps,
  validate,
} from 'hackle-import';

const [input = 'samples/events.ndjson', to = 'out/compose'] = process.argv.slice(2);
const counters = new RunCounters();

await pipeline(
  createReadStream(input, { highWaterMark: 1 << 20 }),
  parseNdjson({ source: input, counters }),
  validate(),
  lowercaseKeys(),
  truncateTimestamps(),
  metricValue(),
  limits(),
  route({
    counters,
    onReject: ({ source, line, message }) => console.error(`${source}:${line}: ${message}`),
  }),
  rowGroups(),
  deliver(to, { counters, ifExists: 'replace' }),
);

const { status, rowsWritten, partitions } = counters.report();
console.log(`${status}: ${rowsWritten} events in ${partitions.length} days`);
process.exitCode = status === 'committed' ? 0 : 3;
