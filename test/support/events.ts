// Plain events in the vendor's own column names, for tests of what happens around them.

export interface EventParts {
  /** Makes the insert_id. */
  id?: number;
  ts?: string | number;
  key?: string;
  metric?: number | string;
  properties?: Readonly<Record<string, unknown>>;
}

/** One event as a line of NDJSON, without its line end. */
export function eventLine({
  id = 0,
  ts = '2023-01-01T00:01:02.333Z',
  key = 'purchase',
  metric = 0,
  properties = {},
}: EventParts = {}): string {
  return JSON.stringify({
    insert_id: `8fb8e088-9245-4fce-bb87-${id.toString(16).padStart(12, '0')}`,
    event_key: key,
    ts,
    metric_value: metric,
    identifiers: { id: 'd1', device_id: 'd1' },
    event_properties: properties,
    user_properties: {},
    platform_properties: { osname: 'iOS', appversion: '1.0' },
  });
}

/** Lines of NDJSON from events or raw lines. */
export function ndjson(...lines: (EventParts | string)[]): string {
  return lines.map((line) => `${typeof line === 'string' ? line : eventLine(line)}\n`).join('');
}

/** `count` events over days from 2023-01-01 on, in turn; `padding` makes each longer by so many characters. */
export function eventsOfDays(count: number, dayCount: number, padding = 0): string {
  return ndjson(
    ...Array.from({ length: count }, (_, id): EventParts => {
      const ts = Date.UTC(2023, 0, 1 + (id % dayCount), 0, 0, 0, id % 86_400_000);
      const text = `한국 ${id} `.padEnd(padding, String(id));
      return { id, ts, metric: id, properties: { seq: id, text } };
    }),
  );
}
