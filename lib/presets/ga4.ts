import type { EventMapping, PairsMapping } from '../mapping/types.ts';
import type { Preset } from './preset.ts';

/** The parameters or user properties at a path: each has its value in the field of its type. */
const paramsOf = (path: string): PairsMapping => ({
  path,
  key: 'key',
  value: ['value.string_value', 'value.int_value', 'value.float_value', 'value.double_value'],
});

/** The columns of a table `events_…`, which web and app streams share. */
export const GA4_MAPPING: EventMapping = {
  parse: [
    'event_params',
    'user_properties',
    'items',
    'ecommerce',
    'device',
    'app_info',
    'geo',
    'traffic_source',
    'collected_traffic_source',
  ],
  insert_id: {
    derive: [
      'event_name',
      'user_pseudo_id',
      'event_timestamp',
      'event_bundle_sequence_id',
      'batch_event_index',
      'batch_ordering_id',
      'batch_page_id',
      'event_params',
      'items',
    ],
    name: 'ga4',
  },
  event_key: 'event_name',
  ts: { path: 'event_timestamp', unit: 'us' },
  metric_value: ['ecommerce.purchase_revenue_in_usd', 'event_value_in_usd'],
  identifiers: {
    keys: {
      // Rows of people who gave no consent have no user_pseudo_id.
      id: ['user_pseudo_id', 'user_id'],
      device_id: ['user_pseudo_id', 'user_id'],
      user_id: 'user_id',
      ga_device_id: 'user_pseudo_id',
    },
    pairs: [
      {
        path: 'event_params',
        value: ['value.int_value', 'value.string_value'].map((path) => ({ path, absent: ['0'] })),
        only: ['ga_session_id'],
      },
    ],
  },
  event_properties: {
    pairs: [paramsOf('event_params')],
    keys: {
      items: { path: 'items', absent: ['[]'] },
      transaction_id: 'ecommerce.transaction_id',
      collected_source: 'collected_traffic_source.manual_source',
      collected_medium: 'collected_traffic_source.manual_medium',
      collected_campaign: 'collected_traffic_source.manual_campaign_name',
      web_hostname: 'device.web_info.hostname',
    },
  },
  user_properties: {
    pairs: [paramsOf('user_properties')],
    keys: {
      first_source: 'traffic_source.source',
      first_medium: 'traffic_source.medium',
      first_campaign: 'traffic_source.name',
    },
  },
  platform_properties: {
    keys: {
      // Of web streams too: the operating system, or `Web` in older tables.
      osname: 'device.operating_system',
      appversion: 'app_info.version',
      osversion: 'device.operating_system_version',
      platform: 'platform',
      language: 'device.language',
      devicemodel: 'device.mobile_model_name',
      devicevendor: 'device.mobile_brand_name',
      devicecategory: 'device.category',
      browser: ['device.web_info.browser', 'device.browser'],
      country: 'geo.country',
      region: 'geo.region',
      city: 'geo.city',
    },
  },
};

/**
 * The BigQuery export of Google Analytics 4, extracted as JSON lines, in which 64-bit integers may be quoted. A
 * day's table changes for up to three days. Web streams have no app version, so one must be given.
 *
 * Events have no id. It is derived from the fields that the vendor names as identifying an event, and its
 * parameters and items: the `batch_` fields are absent in older tables, where events of one bundle differ only there.
 * Revenue is always in US dollars.
 */
export const ga4: Preset = {
  title: 'Google Analytics 4 BigQuery export, JSON lines',
  pages: ['https://support.google.com/firebase/answer/7029846'],
  mayLack: {
    'platform_properties.appversion': 'web streams have no app version',
    'identifiers.id': 'rows of people who gave no consent have neither user_pseudo_id nor user_id',
    'identifiers.device_id': 'as identifiers.id',
  },
  mapping: GA4_MAPPING,
};
