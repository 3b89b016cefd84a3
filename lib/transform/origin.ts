/** The position and text of an event in its source. */
export interface EventOrigin {
  /** Name of the source. */
  source: string;
  /** From 1. */
  line: number;
  /** In bytes. */
  offset: number;
  /** Text of the event. */
  raw: string;
}

const origins = new WeakMap<object, EventOrigin>();

/** Remembers the origin of an object while the object lives, without a property that user code would see. */
export function rememberOrigin(event: object, origin: EventOrigin): void {
  origins.set(event, origin);
}

/** Returns the origin of an object; undefined if none was remembered. */
export function originOf(event: unknown): EventOrigin | undefined {
  return typeof event === 'object' && event !== null ? origins.get(event) : undefined;
}
