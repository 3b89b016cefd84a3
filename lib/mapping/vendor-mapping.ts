import type { EventMapping } from './types.ts';

/** The vendor's own column names: each column from the field of its name, maps whole. */
export const VENDOR_MAPPING: EventMapping = {
  insert_id: 'insert_id',
  event_key: 'event_key',
  ts: 'ts',
  metric_value: 'metric_value',
  identifiers: 'identifiers',
  event_properties: 'event_properties',
  user_properties: 'user_properties',
  platform_properties: 'platform_properties',
};
