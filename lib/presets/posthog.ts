import type { Preset } from './preset.ts';

/**
 * PostHog's batch exports as JSON lines. An export covers a range of *ingestion* times, and may contain an event
 * twice (`--dedupe`). `properties` is an object, or a string of JSON if the export went through Parquet.
 */
export const posthog: Preset = {
  title: 'PostHog batch export of events, JSON lines',
  pages: ['https://posthog.com/docs/cdp/batch-exports/s3'],
  mayLack: {
    'platform_properties.appversion': 'web and server events have no app version',
    'platform_properties.osname': 'server events have no operating system',
  },
  mapping: {
    parse: ['properties', 'person_properties'],
    insert_id: {
      path: 'uuid',
      derive: 'raw',
      name: 'posthog',
      fromId: true,
    },
    event_key: 'event',
    ts: 'timestamp',
    identifiers: {
      keys: {
        id: ['properties.$device_id', 'distinct_id'],
        device_id: ['properties.$device_id', 'distinct_id'],
        user_id: 'distinct_id',
        session_id: 'properties.$session_id',
      },
    },
    event_properties: 'properties',
    user_properties: 'person_properties',
    platform_properties: {
      keys: {
        osname: 'properties.$os',
        appversion: 'properties.$app_version',
        osversion: 'properties.$os_version',
        devicemodel: 'properties.$device_model',
        devicevendor: 'properties.$device_manufacturer',
        language: ['properties.$locale', 'properties.$browser_language'],
      },
    },
  },
};
