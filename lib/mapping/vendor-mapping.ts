import type { EventMapping } from './types.ts';

/**
 * The mapping for events in the vendor's own format: each column is fed by the field of the same name, maps as a
 * whole.
 */
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
