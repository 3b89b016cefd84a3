/** Generates events as bytes of NDJSON. Each is composed of parts that were made in advance (population.ts). */
import { type Action, type Bulk, makeAction, makeBulk, makeUser, type User } from './population.ts';
import { Random } from './random.ts';

const USERS = 40_000;
const ACTIONS = 12_000;
/** Number of sessions that are open at a time. Each has about 12 events. */
const SESSIONS = 2_000;
/** Bytes per write to the file. */
export const BLOCK: number = 4 << 20;
/** Upper bound for the bytes of an event. */
const EVENT_ROOM = 256 << 10;
/** Below this size, events have no properties. */
const LEAST_NORMAL_SIZE = 500;
/** Share of events that carry a whole page. */
const HUGE = 1 / 20_000;
/** The first day of every file, in milliseconds since 1970. */
export const FIRST_DAY: number = Date.UTC(2024, 0, 1);

const HEX_PAIRS = Buffer.from(
  Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0')).join(''),
);

interface Session {
  user: User;
  /** `"identifiers":{…},` */
  identifiers: Buffer;
}

/** Writes events into a block of bytes, as a sequence of copies. */
export class EventWriter {
  readonly #random: Random;
  readonly #users: User[];
  readonly #actions: Action[];
  readonly #sessions: Session[];
  readonly #bulk: Bulk;
  readonly #size: number | undefined;
  readonly block: Buffer = Buffer.allocUnsafe(BLOCK + EVENT_ROOM);
  length = 0;

  /** @param size approximate bytes of an event; undefined for the natural size */
  constructor(seed: number, size: number | undefined) {
    const random = new Random(seed);
    this.#random = random;
    this.#users = Array.from({ length: USERS }, () => makeUser(random));
    this.#actions = Array.from({ length: ACTIONS }, () => makeAction(random));
    this.#sessions = Array.from({ length: SESSIONS }, () => this.#session(FIRST_DAY));
    this.#bulk = makeBulk(random);
    this.#size = size;
  }

  /**
   * Adds an event.
   *
   * @param day start of the day in milliseconds since 1970
   * @param micros time of day in microseconds
   */
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

  /** Adds only the members that the vendor requires. */
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

  /** Adds properties until the event will end at about `end`. One in four has a unique number. */
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
    // At most six digits: more would be rounded, and rounding is not part of the comparison.
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
        // 8-4-4-4-12 digits: the hyphens are around and inside the two middle words.
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

/** Returns a time in one of the notations that producers use. `style` is a percentage that selects it. */
function timestamp(day: number, micros: number, style: number): string {
  const iso = new Date(day + Math.floor(micros / 1000)).toISOString();
  const sub = String(1000 + (micros % 1000)).slice(1);
  if (style < 55) return iso;
  if (style < 80) return `${iso.slice(0, -1)}${sub}Z`;
  if (style < 95) return `${iso.slice(0, 10)} ${iso.slice(11, -1)}`;
  return `${iso.slice(0, 10)} ${iso.slice(11, -1)}${sub}`;
}
