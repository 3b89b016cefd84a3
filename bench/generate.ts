import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { BLOCK, EventWriter, FIRST_DAY } from './event-writer.ts';
import { DATA } from './paths.ts';
import { Random } from './random.ts';

/** The parameters that determine every byte of a generated file. */
export interface DataParameters {
  /** Maximum bytes of the file, which ends with the last event that fits. */
  size: number;
  /** Number of UTC days, from 2024-01-01 on. */
  days: number;
  /** Whether the days are mixed instead of one after another. Default false. */
  interleaved?: boolean;
  /** Seed of the random numbers. Default 1. */
  seed?: number;
  /** Approximate bytes per event: 280 (the smallest complete event), or more than 740. */
  eventSize?: number;
  /** Maximum number of events, if the file should end before it has its size. */
  events?: number;
}

/** A generated file. */
export interface Data {
  file: string;
  /** Uncompressed bytes. */
  bytes: number;
  events: number;
  parameters: DataParameters;
}

/** Part of the names of cached files. Increase it when the generator's output changes. */
const FORMAT = 3;

const DAY = 86_400_000;

/** Returns the file for these parameters, which is generated unless an earlier call did. */
export function generate(parameters: DataParameters): Data {
  const { size, days, interleaved = false, seed = 1, eventSize, events } = parameters;
  const name = [
    `events-${size}-${days}d`,
    ...(interleaved ? ['interleaved'] : []),
    ...(eventSize === undefined ? [] : [`${eventSize}B`]),
    ...(events === undefined ? [] : [`${events}events`]),
    `seed${seed}-v${FORMAT}`,
  ].join('-');
  const file = path.join(DATA, `${name}.ndjson`);
  const about = path.join(DATA, `${name}.about.json`);
  if (existsSync(file) && existsSync(about)) {
    return { ...(JSON.parse(readFileSync(about, 'utf8')) as Data), file };
  }
  mkdirSync(DATA, { recursive: true });
  const partial = `${file}.partial`;
  const data: Data = { file, ...write(partial, { ...parameters, interleaved, seed }) };
  renameSync(partial, file);
  writeFileSync(about, JSON.stringify(data));
  return data;
}

function write(
  file: string,
  parameters: DataParameters & { seed: number },
): Pick<Data, 'bytes' | 'events' | 'parameters'> {
  const { size, days, interleaved, seed, eventSize } = parameters;
  const limit = parameters.events ?? Number.POSITIVE_INFINITY;
  const writer = new EventWriter(seed, eventSize);
  const when = new Random(seed + 1);
  const descriptor = openSync(file, 'w');
  let bytes = 0;
  let events = 0;
  try {
    while (events < limit) {
      const before = writer.length;
      // The position in the file determines the time, so all days have the same size.
      const at = interleaved
        ? { day: when.below(days), share: when.below(86_400) / 86_400 }
        : progress((bytes + before) / size, days);
      // Clients deliver late, so events are slightly out of order.
      const late = when.below(30_000_000);
      const micros = Math.max(0, Math.floor(at.share * DAY * 1000) - late);
      writer.event(FIRST_DAY + at.day * DAY, micros);
      if (bytes + writer.length > size) {
        writer.length = before;
        break;
      }
      events++;
      if (writer.length >= BLOCK) {
        bytes += writeAll(descriptor, writer.block, writer.length);
        writer.length = 0;
      }
    }
    bytes += writeAll(descriptor, writer.block, writer.length);
  } finally {
    closeSync(descriptor);
  }
  return { bytes, events, parameters };
}

function progress(share: number, days: number): { day: number; share: number } {
  const day = Math.min(days - 1, Math.floor(share * days));
  return { day, share: Math.min(share * days - day, 0.999_999) };
}

/** Writes all bytes; a single `writeSync` may write fewer. */
function writeAll(descriptor: number, block: Buffer, length: number): number {
  let written = 0;
  while (written < length) written += writeSync(descriptor, block, written, length - written);
  return length;
}
