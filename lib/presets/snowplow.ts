import type { Preset } from './preset.ts';

/** The fields of an enriched event, in order; the format has no header line. */
const COLUMNS = `
  app_id platform etl_tstamp collector_tstamp dvce_created_tstamp event event_id txn_id
  name_tracker v_tracker v_collector v_etl user_id user_ipaddress user_fingerprint domain_userid
  domain_sessionidx network_userid geo_country geo_region geo_city geo_zipcode geo_latitude
  geo_longitude geo_region_name ip_isp ip_organization ip_domain ip_netspeed page_url page_title
  page_referrer page_urlscheme page_urlhost page_urlport page_urlpath page_urlquery
  page_urlfragment refr_urlscheme refr_urlhost refr_urlport refr_urlpath refr_urlquery
  refr_urlfragment refr_medium refr_source refr_term mkt_medium mkt_source mkt_term mkt_content
  mkt_campaign contexts se_category se_action se_label se_property se_value unstruct_event
  tr_orderid tr_affiliation tr_total tr_tax tr_shipping tr_city tr_state tr_country ti_orderid
  ti_sku ti_name ti_category ti_price ti_quantity pp_xoffset_min pp_xoffset_max pp_yoffset_min
  pp_yoffset_max useragent br_name br_family br_version br_type br_renderengine br_lang
  br_features_pdf br_features_flash br_features_java br_features_director br_features_quicktime
  br_features_realplayer br_features_windowsmedia br_features_gears br_features_silverlight
  br_cookies br_colordepth br_viewwidth br_viewheight os_name os_family os_manufacturer
  os_timezone dvce_type dvce_ismobile dvce_screenwidth dvce_screenheight doc_charset doc_width
  doc_height tr_currency tr_total_base tr_tax_base tr_shipping_base ti_currency ti_price_base
  base_currency geo_timezone mkt_clickid mkt_network etl_tags dvce_sent_tstamp
  refr_domain_userid refr_device_tstamp derived_contexts domain_sessionid derived_tstamp
  event_vendor event_name event_format event_version event_fingerprint true_tstamp
`
  .trim()
  .split(/\s+/);

/** The mobile trackers' id of the device is in a context; a server's events may only have a user. */
const DEVICE = [
  'domain_userid',
  'network_userid',
  { path: 'contexts.data', item: 'data.userId' },
  'user_id',
];

/**
 * Snowplow's enriched events: 131 tab-separated fields, without a header line and without quotes. `derived_tstamp`
 * is the corrected time, in UTC although it does not say so. The data of a self-describing event becomes its
 * properties; for structured events the `se_…` fields do. A structured event is named by its action, because
 * `event_name` is `event` for all of them. Contexts are kept as JSON. Only a context of the mobile trackers has the
 * app's version.
 */
export const snowplow: Preset = {
  title: 'Snowplow enriched events, TSV',
  pages: [
    'https://docs.snowplow.io/docs/pipeline/enriched-tsv-format',
    'https://docs.snowplow.io/docs/fundamentals/canonical-event',
  ],
  requires: {
    'platform_properties.appversion': 'enriched events have it, if at all, inside a context',
  },
  mayLack: { 'platform_properties.osname': 'server events have no operating system' },
  mapping: {
    input: { format: 'tsv', columns: COLUMNS, quote: '' },
    insert_id: {
      path: 'event_id',
      derive: 'raw',
      name: 'snowplow',
      fromId: true,
      keep: 'event_id',
    },
    event_key: ['se_action', 'event_name', 'event'],
    ts: { path: ['derived_tstamp', 'collector_tstamp'], timezone: 'UTC' },
    metric_value: ['tr_total', 'se_value'],
    identifiers: {
      keys: {
        id: DEVICE,
        device_id: DEVICE,
        user_id: 'user_id',
        session_id: ['domain_sessionid', { path: 'contexts.data', item: 'data.sessionId' }],
      },
    },
    event_properties: {
      objects: ['unstruct_event.data.data'],
      keys: {
        app_id: 'app_id',
        page_url: 'page_url',
        page_title: 'page_title',
        page_referrer: 'page_referrer',
        se_category: 'se_category',
        se_action: 'se_action',
        se_label: 'se_label',
        se_property: 'se_property',
        se_value: 'se_value',
        tr_orderid: 'tr_orderid',
        tr_currency: 'tr_currency',
        ti_orderid: 'ti_orderid',
        ti_sku: 'ti_sku',
        ti_name: 'ti_name',
        ti_category: 'ti_category',
        ti_price: 'ti_price',
        ti_quantity: 'ti_quantity',
        ti_currency: 'ti_currency',
        pp_xoffset_min: 'pp_xoffset_min',
        pp_xoffset_max: 'pp_xoffset_max',
        pp_yoffset_min: 'pp_yoffset_min',
        pp_yoffset_max: 'pp_yoffset_max',
        mkt_medium: 'mkt_medium',
        mkt_source: 'mkt_source',
        mkt_campaign: 'mkt_campaign',
        contexts: 'contexts.data',
        derived_contexts: 'derived_contexts.data',
      },
    },
    platform_properties: {
      keys: {
        // Of the contexts of the enrichments that read user agents, and of the mobile trackers.
        osname: [
          'os_name',
          'os_family',
          { path: 'contexts.data', item: 'data.osType' },
          { path: 'derived_contexts.data', item: 'data.osFamily' },
          { path: 'derived_contexts.data', item: 'data.operatingSystemName' },
        ],
        platform: 'platform',
        language: 'br_lang',
      },
    },
  },
};
