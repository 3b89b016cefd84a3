/** Where an event stands in its source. */
export interface EventOrigin {
  source: string;
  line: number;
  offset: number;
  /** Its text there. */
  raw: string;
}

const origins = new WeakMap<object, EventOrigin>();

/** Remembers an object's origin as long as the object lives, without a property that user code would see. */
export function rememberOrigin(event: object, origin: EventOrigin): void {
  origins.set(event, origin);
}

export function originOf(event: unknown): EventOrigin | undefined {
  return typeof event === 'object' && event !== null ? origins.get(event) : undefined;
}
