import type { Preset } from './preset.ts';

/**
 * Custom events of Braze Currents as JSON lines. Currents writes Avro: convert it first. Values of unions may be wrapped
 * (`{"string": "ios"}`), as Avro's own JSON encoding does. `properties` is a string of JSON. Events that a server sent
 * have no `device_id`; Braze's own `user_id`, which is always present, takes its place.
 */
export const braze: Preset = {
  title: 'Braze Currents custom events, JSON lines',
  pages: [
    'https://www.braze.com/docs/user_guide/data/distribution/braze_currents/event_glossary/customer_behavior_events/',
    'https://github.com/braze-inc/currents-examples/tree/master/sample-data',
  ],
  requires: { 'platform_properties.appversion': 'custom events have no app version' },
  mapping: {
    avroUnions: true,
    parse: ['properties'],
    insert_id: {
      path: 'id',
      derive: 'raw',
      name: 'braze',
      fromId: true,
      keep: 'braze_event_id',
    },
    event_key: 'name',
    ts: { path: 'time', unit: 's' },
    identifiers: {
      keys: {
        id: ['device_id', 'user_id'],
        device_id: ['device_id', 'user_id'],
        user_id: ['external_user_id', 'user_id'],
      },
    },
    event_properties: 'properties',
    user_properties: { keys: { timezone: 'timezone' } },
    platform_properties: {
      keys: { osname: 'platform', osversion: 'os_version', devicemodel: 'device_model' },
    },
  },
};
