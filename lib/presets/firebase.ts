import type { MapMapping } from '../mapping/types.ts';
import { GA4_MAPPING } from './ga4.ts';
import type { Preset } from './preset.ts';

const { identifiers } = GA4_MAPPING as { identifiers: MapMapping };

/**
 * Google Analytics for Firebase in BigQuery, extracted as JSON lines: the app streams of a table `events_…`. Rows of
 * web streams are left out and counted; `ga4` takes both. `user_pseudo_id` is the id of the app's instance. Ids are
 * derived as by `ga4`, so that an event has one id, whichever of the two imports it.
 */
export const firebase: Preset = {
  title: 'Google Analytics for Firebase in BigQuery, app streams, JSON lines',
  pages: ['https://support.google.com/firebase/answer/7029846'],
  mayLack: {
    'platform_properties.appversion': 'events from before the first start may have no app version',
  },
  mapping: {
    ...GA4_MAPPING,
    only: { platform: ['ANDROID', 'IOS'] },
    identifiers: {
      ...identifiers,
      keys: {
        ...identifiers.keys,
        firebase_app_id: 'app_info.firebase_app_id',
        advertising_id: 'device.advertising_id',
        vendor_id: 'device.vendor_id',
      },
    },
    platform_properties: {
      keys: {
        ...(GA4_MAPPING.platform_properties as MapMapping).keys,
        osname: ['device.operating_system', 'platform'],
      },
    },
  },
};
