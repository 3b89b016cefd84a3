import type { Preset } from './preset.ts';

/** Ids of a device, the one that Adjust gives every device first. */
const DEVICE = ['{adid}', '{gps_adid}', '{idfa}', '{idfv}'];

/**
 * Adjust's CSV uploads. The app's CSV definition names their columns: placeholders in braces, and the app's own
 * parameters in brackets. This preset needs `{created_at}`, `{adid}` (or `{gps_adid}`, `{idfa}` or `{idfv}`),
 * `{os_name}`, `{app_version}` and `{event_name}` (or `{activity_kind}`) among them. `{created_at}` counts seconds.
 * All other columns become event properties. Events have no id, and the app decides which columns there are: ids are
 * derived from the whole row.
 */
export const adjust: Preset = {
  title: 'Adjust CSV uploads',
  pages: [
    'https://help.adjust.com/en/article/csv-uploads',
    'https://partners.adjust.com/placeholders/',
  ],
  mayLack: {
    'platform_properties.osname': 'only where the CSV definition has {os_name}',
    'platform_properties.appversion': 'only where the CSV definition has {app_version}',
  },
  mapping: {
    input: { format: 'csv' },
    insert_id: {
      derive: 'raw',
      name: 'adjust',
    },
    event_key: ['{event_name}', '{activity_kind}'],
    ts: { path: '{created_at}', unit: 's' },
    metric_value: '{revenue_float}',
    identifiers: { keys: { id: DEVICE, device_id: DEVICE, user_id: '[user_id]' } },
    event_properties: {
      objects: [''],
      exclude: [
        '{adid}',
        '{created_at}',
        '{os_name}',
        '{app_version}',
        '{event_name}',
        '[user_id]',
      ],
    },
    platform_properties: {
      keys: {
        osname: '{os_name}',
        appversion: ['{app_version}', '{app_version_short}'],
        osversion: '{os_version}',
        language: '{language}',
        devicemodel: '{device_name}',
        devicevendor: '{device_manufacturer}',
      },
    },
  },
};
