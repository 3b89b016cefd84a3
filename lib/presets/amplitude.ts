import type { Preset } from './preset.ts';

/**
 * Amplitude's Export API: a ZIP of `.json.gz` files, one event a line. An export covers a range of *upload* times,
 * so its events belong to several days. `event_time` is in UTC, although it does not say so. On the web `os_name`
 * may be the browser.
 */
export const amplitude: Preset = {
  title: 'Amplitude Export API, JSON lines',
  pages: ['https://amplitude.com/docs/apis/analytics/export'],
  mayLack: { 'platform_properties.appversion': 'web events have no version' },
  mapping: {
    insert_id: {
      path: ['uuid', '$insert_id'],
      derive: 'raw',
      name: 'amplitude',
      // The vendor drops events with one `$insert_id` only if they are of one device.
      fromId: ['device_id'],
      keep: '$insert_id',
    },
    event_key: 'event_type',
    ts: { path: 'event_time', timezone: 'UTC' },
    metric_value: ['event_properties.$revenue', 'event_properties.revenue'],
    identifiers: {
      keys: {
        id: 'device_id',
        device_id: 'device_id',
        user_id: 'user_id',
        session_id: { path: 'session_id', absent: ['-1', '0'] }, // -1: outside of sessions
      },
    },
    event_properties: {
      objects: ['event_properties'],
      keys: { $groups: 'groups', $group_properties: 'group_properties' },
    },
    user_properties: 'user_properties',
    platform_properties: {
      keys: {
        osname: 'os_name',
        appversion: 'version_name',
        osversion: 'os_version',
        platform: 'platform',
        language: 'language',
        devicemodel: 'device_model',
        devicevendor: ['device_manufacturer', 'device_brand'],
        devicefamily: 'device_family',
        devicetype: 'device_type',
        carrier: 'device_carrier',
        country: 'country',
        region: 'region',
        city: 'city',
        dma: 'dma',
      },
    },
  },
};
