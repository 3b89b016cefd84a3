import type { Preset } from './preset.ts';

/**
 * AppsFlyer's raw data as CSV, under the names of Data Locker (`event_time`) or those of the export page
 * and Pull API (`Event Time`). Data Locker's times are in UTC; those of the export page are in the time zone of the
 * app's settings: `--set ts.timezone=Asia/Seoul`. `event_value` is a string of JSON, or any other text, which
 * becomes the property `event_value`. Events have no id.
 */
export const appsflyer: Preset = {
  title: 'AppsFlyer raw data in-app events, CSV',
  pages: [
    'https://support.appsflyer.com/hc/en-us/articles/208387843-Raw-data-field-dictionary-V5-',
  ],
  mapping: {
    parse: ['event_value', 'Event Value'],
    insert_id: {
      derive: [
        'appsflyer_id',
        'AppsFlyer ID',
        'event_name',
        'Event Name',
        'event_time',
        'Event Time',
        'event_value',
        'Event Value',
        'event_revenue',
        'Event Revenue',
      ],
      name: 'appsflyer',
    },
    event_key: ['event_name', 'Event Name'],
    ts: { path: ['event_time', 'Event Time'], timezone: 'UTC' },
    metric_value: ['event_revenue_usd', 'Event Revenue USD'].map((path) => {
      return { path, absent: ['N/A', 'null'] };
    }),
    identifiers: {
      keys: {
        id: ['appsflyer_id', 'AppsFlyer ID'],
        device_id: ['appsflyer_id', 'AppsFlyer ID'],
        user_id: ['customer_user_id', 'Customer User ID'],
      },
    },
    event_properties: {
      objects: ['event_value', 'Event Value'],
      otherwise: { event_value: ['event_value', 'Event Value'] },
      keys: {
        media_source: ['media_source', 'Media Source'],
        campaign: ['campaign', 'Campaign'],
        event_source: ['event_source', 'Event Source'],
        channel: ['af_channel', 'Channel'],
        adset: ['af_adset', 'Adset'],
        ad: ['af_ad', 'Ad'],
        is_retargeting: ['is_retargeting', 'Is Retargeting'],
      },
    },
    platform_properties: {
      keys: {
        osname: ['platform', 'Platform'],
        appversion: ['app_version', 'App Version'],
        osversion: ['os_version', 'OS Version'],
        language: ['language', 'Language'],
        devicemodel: ['device_model', 'Device Model', 'device_type', 'Device Type'],
        country: ['country_code', 'Country Code'],
        region: ['region', 'Region'],
        city: ['city', 'City'],
        carrier: ['carrier', 'Carrier'],
      },
    },
  },
};
