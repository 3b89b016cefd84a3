/** Events as bytes of NDJSON, each made of parts that were made once (population.ts). */
import { type Action, type Bulk, makeAction, makeBulk, makeUser, type User } from './population.ts';
import { Random } from './random.ts';

const USERS = 40_000;
const ACTIONS = 12_000;
/** Sessions open at a time; each has about 12 events. */
const SESSIONS = 2_000;
/** Bytes that are written to the file at once. */
export const BLOCK: number = 4 << 20;
/** More than any event needs. */
const EVENT_ROOM = 256 << 10;
/** Below it, events have no properties at all. */
const LEAST_NORMAL_SIZE = 500;
/** Share of events that carry a whole page. */
const HUGE = 1 / 20_000;
/** Of every file; milliseconds since 1970. */
export const FIRST_DAY: number = Date.UTC(2024, 0, 1);

const HEX_PAIRS = Buffer.from(
  Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0')).join(''),
);

interface Session {
  user: User;
  /** `"identifiers":{…},` */
  identifiers: Buffer;
}

/** Builds events into blocks of bytes, one copy after another. */
export class EventWriter {
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
