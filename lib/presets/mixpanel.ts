import type { Preset } from './preset.ts';

/**
 * Mixpanel's raw event export: one JSON object a line. `time` counts seconds (milliseconds if the export was
 * requested with `time_in_ms`), in UTC for projects created since 2023, in older ones in the project's time zone:
 * `--set ts.timezone=America/Los_Angeles`.
 *
 * Without a `$user_id` the user was not logged in: `distinct_id` is then the device's id, not a `user_id`.
 */
export const mixpanel: Preset = {
  title: 'Mixpanel raw event export, JSON lines',
  pages: ['https://developer.mixpanel.com/reference/raw-event-export'],
  mayLack: {
    'platform_properties.appversion': 'web and server events have no $app_version_string',
    'platform_properties.osname': 'server events have no $os',
  },
  mapping: {
    insert_id: {
      path: 'properties.$insert_id',
      derive: 'raw',
      name: 'mixpanel',
      // The vendor takes events for one if they have all four in common.
      fromId: ['event', 'properties.distinct_id', 'properties.time'],
      keep: '$insert_id',
    },
    event_key: 'event',
    ts: { path: 'properties.time', epochs: 'local' },
    identifiers: {
      keys: {
        id: ['properties.$device_id', 'properties.distinct_id'],
        device_id: ['properties.$device_id', 'properties.distinct_id'],
        user_id: 'properties.$user_id',
      },
    },
    event_properties: {
      objects: ['properties'],
      exclude: [
        'properties.time',
        'properties.$insert_id',
        'properties.distinct_id',
        'properties.$device_id',
        'properties.$user_id',
        'properties.$os',
        'properties.$app_version_string',
      ],
    },
    platform_properties: {
      keys: {
        osname: 'properties.$os',
        appversion: 'properties.$app_version_string',
        osversion: 'properties.$os_version',
        devicemodel: 'properties.$model',
        devicevendor: ['properties.$manufacturer', 'properties.$brand'],
      },
    },
  },
};
