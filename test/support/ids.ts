// Events that differ in their insert_id, as --dedupe sees them.
import { createHash } from 'node:crypto';

/** The n-th of UUIDs that are all over the place. */
export function uuid(n: number): string {
  return withHyphens(createHash('md5').update(String(n)).digest('hex'));
}

/** 32 digits → a UUID. */
export function withHyphens(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A line with an event of one of the first days of 2023. */
export function eventWith(id: string, day: number, key: string): string {
  return `{"insert_id":"${id}","event_key":"${key}","ts":"2023-01-0${day}T10:00:00Z","identifiers":{"id":"u","device_id":"d"},"platform_properties":{"osname":"iOS","appversion":"1"}}\n`;
}
