/**
 * Writes files of events in the vendor's format, all of them valid, about 740 bytes each by default.
 *
 *     node dist/bench/generate.js 400MiB --days 3
 *     node dist/bench/generate.js 1GiB --days 400 --interleaved --seed 7
 */
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
import { DATA } from './paths.ts';
import { type Action, type Bulk, makeAction, makeBulk, makeUser, type User } from './population.ts';
import { Random } from './random.ts';

/** What decides every byte of a generated file. */
export interface DataParameters {
  /** The file ends with the last event that fits. */
  size: number;
  /** UTC days, from 2024-01-01 on. */
  days: number;
  /** Days in no order instead of one after another. Default false. */
  interleaved?: boolean;
  /** Default 1. */
  seed?: number;
  /** Bytes of an event, about: 280 (the least that is complete), or more than 740. */
  eventSize?: number;
  /** Ends the file before it has its size. */
  events?: number;
}

/** A generated file. */
export interface Data {
  file: string;
  /** Uncompressed. */
  bytes: number;
  events: number;
  parameters: DataParameters;
}

/** Part of the cached files' names: raise it when the generator writes other bytes than before. */
const FORMAT = 3;

const USERS = 40_000;
const ACTIONS = 12_000;
/** Sessions open at a time; each has about 12 events. */
const SESSIONS = 2_000;
const BLOCK = 4 << 20;
/** More than any event needs. */
const EVENT_ROOM = 256 << 10;
/** Below it, events have no properties at all. */
const LEAST_NORMAL_SIZE = 500;
/** Share of events that carry a whole page. */
const HUGE = 1 / 20_000;
const FIRST_DAY = Date.UTC(2024, 0, 1);
const DAY = 86_400_000;

const HEX_PAIRS = Buffer.from(
  Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0')).join(''),
);

interface Session {
  user: User;
  /** `"identifiers":{…},` */
  identifiers: Buffer;
}

/** Builds events into blocks of bytes, one copy after another. */
class EventWriter {
  readonly #random: Random;
  readonly #users: User[];
  readonly #actions: Action[];
  readonly #sessions: Session[];
  readonly #bulk: Bulk;
  readonly #size: number | undefined;
  readonly block: Buffer = Buffer.allocUnsafe(BLOCK + EVENT_ROOM);
  length = 0;

  /** @param size of an event; undefined: whatever it has */
  constructor(seed: number, size: number | undefined) {
    const random = new Random(seed);
    this.#random = random;
    this.#users = Array.from({ length: USERS }, () => makeUser(random));
    this.#actions = Array.from({ length: ACTIONS }, () => makeAction(random));
    this.#sessions = Array.from({ length: SESSIONS }, () => this.#session(FIRST_DAY));
    this.#bulk = makeBulk(random);
    this.#size = size;
  }

  /** Adds an event at `micros` after the begin of the day that begins at `day` (ms). */
  event(day: number, micros: number): void {
    const start = this.length;
    const random = this.#random;
    const action = this.#actions[random.skewed(ACTIONS)] as Action;
    this.#text('{"insert_id":"');
    this.#uuid();
    this.#text(`","event_key":"${action.key}","ts":"${timestamp(day, micros, random.below(100))}"`);
    if (this.#size !== undefined && this.#size < LEAST_NORMAL_SIZE) this.#least();
    else this.#rest(start, day, micros, action);
    this.#text('}\n');
  }

  /** What must be there. */
  #least(): void {
    const id = this.#random.skewed(9_000_000);
    this.#text(`,"metric_value":0,"identifiers":{"id":"${id}","device_id":"${id}"},`);
    this.#text('"event_properties":{},"user_properties":{},');
    this.#text('"platform_properties":{"osname":"iOS","appversion":"6.9.0"}');
  }

  #rest(start: number, day: number, micros: number, action: Action): void {
    const random = this.#random;
    const slot = random.below(SESSIONS);
    if (random.chance(1 / 12)) {
      this.#sessions[slot] = this.#session(day + Math.floor(micros / 1000));
    }
    const session = this.#sessions[slot] as Session;
    this.#text(`,"metric_value":${this.#metric(action)},`);
    this.#copy(session.identifiers);
    this.#text('"event_properties":{');
    this.#copy(action.properties);
    if (action.order) this.#text(`,"order_id":"${290_000_000 + random.below(9_000_000)}"`);
    if (random.chance(HUGE)) this.#copy(random.pick(this.#bulk.pages));
    if (this.#size !== undefined) this.#fill(start + this.#size);
    this.#text(`,"${action.elapsed}":${random.below(30_000)}},`);
    this.#copy(session.user.properties);
  }

  /** Properties up to `end`, less what usually follows them; one in four has a number of its own. */
  #fill(end: number): void {
    const random = this.#random;
    for (let i = 0; this.length < end - 300 && i < this.#bulk.details.length; i++) {
      this.#copy(random.pick(this.#bulk.details[i] as Buffer[]));
      if (i % 4 === 0) this.#text(`,"count_${i}":${random.below(1_000_000_000)}`);
    }
  }

  #session(start: number): Session {
    const random = this.#random;
    const user = this.#users[random.skewed(USERS)] as User;
    const number = 1 + random.below(40);
    const seconds = Math.floor(start / 1000);
    let json = `"identifiers":{${user.identifiers},"session_id":"${seconds - random.below(1800)}.${number}.1.${seconds}.0"`;
    if (random.chance(0.15)) {
      json += `,"ga_session_id":"${seconds}","ga_device_id":"GA1.1.${random.bits() >>> 0}.${seconds}"`;
    }
    return { user, identifiers: Buffer.from(`${json}},`) };
  }

  #metric(action: Action): string {
    const random = this.#random;
    if (action.price > 0) return String(action.price * (1 + random.below(4)));
    const kind = random.below(100);
    if (kind < 70) return '0';
    if (kind < 90) return '0.0';
    // Six digits at most: more would be rounded, which is no part of the comparison.
    return `${random.below(1_000)}.${String(random.below(1_000_000)).padStart(6, '0')}`;
  }

  #uuid(): void {
    const random = this.#random;
    const block = this.block;
    let at = this.length;
    for (let word = 0; word < 4; word++) {
      let bits = random.bits();
      if (word === 1) bits = (bits & 0xffff0fff) | 0x4000;
      if (word === 2) bits = (bits & 0x3fffffff) | 0x80000000;
      for (let byte = 0; byte < 4; byte++) {
        // 8-4-4-4-12 digits: the dashes are around and inside the two words in the middle.
        if ((word === 1 || word === 2) && (byte & 1) === 0) block[at++] = 0x2d;
        const pair = ((bits >>> (24 - 8 * byte)) & 255) << 1;
        block[at++] = HEX_PAIRS[pair] as number;
        block[at++] = HEX_PAIRS[pair + 1] as number;
      }
    }
    this.length = at;
  }

  #text(text: string): void {
    this.length += this.block.write(text, this.length, 'latin1');
  }

  #copy(bytes: Buffer): void {
    this.block.set(bytes, this.length);
    this.length += bytes.length;
  }
}

/** One of the ways producers write a time; `style` is a percentage. */
function timestamp(day: number, micros: number, style: number): string {
  const iso = new Date(day + Math.floor(micros / 1000)).toISOString();
  const sub = String(1000 + (micros % 1000)).slice(1);
  if (style < 55) return iso;
  if (style < 80) return `${iso.slice(0, -1)}${sub}Z`;
  if (style < 95) return `${iso.slice(0, 10)} ${iso.slice(11, -1)}`;
  return `${iso.slice(0, 10)} ${iso.slice(11, -1)}${sub}`;
}

/** The file for these parameters: the one from an earlier call, or a new one. */
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
      // How far the file is tells the time: days are equally full.
      const at = interleaved
        ? { day: when.below(days), share: when.below(86_400) / 86_400 }
        : progress((bytes + before) / size, days);
      // Clients deliver late: events come a little out of order.
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

/** `writeSync` may write less than asked. */
function writeAll(descriptor: number, block: Buffer, length: number): number {
  let written = 0;
  while (written < length) written += writeSync(descriptor, block, written, length - written);
  return length;
}
