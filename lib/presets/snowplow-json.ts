import type { Preset } from './preset.ts';
import { snowplow } from './snowplow.ts';

/** Entities that the mobile trackers and the enrichments add. Each is an array, or a text of JSON in CSV. */
const SESSION = 'contexts_com_snowplowanalytics_snowplow_client_session_1';
const MOBILE = 'contexts_com_snowplowanalytics_snowplow_mobile_context_1';
const APPLICATION = 'contexts_com_snowplowanalytics_mobile_application_1';
const UA_PARSER = 'contexts_com_snowplowanalytics_snowplow_ua_parser_context_1';
const YAUAA = 'contexts_nl_basjes_yauaa_context_1';

const DEVICE = ['domain_userid', 'network_userid', { path: SESSION, item: 'userId' }, 'user_id'];

/**
 * Snowplow's enriched events as its analytics SDKs write them, one JSON object a line, or the events table of a
 * warehouse as JSON lines or as CSV with a header. Self-describing events and entities have a column each, with the
 * vendor, the name and the version of their schema (`contexts_…_1`, `unstruct_event_…_1`); they become event
 * properties as JSON. Names are in lower case: Snowflake writes its own in upper case unless the query renames them.
 */
export const snowplowJson: Preset = {
  title: "Snowplow enriched events, the analytics SDKs' JSON lines or a warehouse's table",
  pages: [
    'https://docs.snowplow.io/docs/api-reference/analytics-sdk/',
    'https://docs.snowplow.io/docs/fundamentals/canonical-event',
  ],
  mayLack: {
    'platform_properties.appversion':
      "only events with the mobile trackers' application entity have it",
    'platform_properties.osname': 'server events have no operating system',
  },
  mapping: {
    parse: [SESSION, MOBILE, APPLICATION, UA_PARSER, YAUAA],
    insert_id: { ...(snowplow.mapping.insert_id as object), path: 'event_id' },
    event_key: snowplow.mapping.event_key,
    ts: snowplow.mapping.ts,
    metric_value: ['tr_total', 'se_value'],
    identifiers: {
      keys: {
        id: DEVICE,
        device_id: DEVICE,
        user_id: 'user_id',
        session_id: ['domain_sessionid', { path: SESSION, item: 'sessionId' }],
      },
    },
    event_properties: { rest: true },
    platform_properties: {
      keys: {
        osname: [
          'os_name',
          'os_family',
          { path: MOBILE, item: 'osType' },
          { path: UA_PARSER, item: 'osFamily' },
          { path: YAUAA, item: 'operatingSystemName' },
        ],
        appversion: { path: APPLICATION, item: 'version' },
        osversion: [
          { path: MOBILE, item: 'osVersion' },
          { path: UA_PARSER, item: 'osVersion' },
        ],
        platform: 'platform',
        language: 'br_lang',
        devicemodel: { path: MOBILE, item: 'deviceModel' },
        devicevendor: { path: MOBILE, item: 'deviceManufacturer' },
        carrier: { path: MOBILE, item: 'carrier' },
      },
    },
  },
};
