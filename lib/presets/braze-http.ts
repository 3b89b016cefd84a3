import type { Preset } from './preset.ts';

/**
 * Events of Braze Currents as its custom HTTP connector sends them: batches `{"events": [{…}, …]}`, one or several in a
 * file. Custom events have their name in the properties; other events are named by their type, such as
 * `users.behaviors.Purchase`. A message that a server sent has no `device_id`; Braze's own `user_id`, which is always
 * present, takes its place.
 */
export const brazeHttp: Preset = {
  title: 'Braze Currents over HTTP, batches of JSON',
  pages: [
    'https://www.braze.com/docs/user_guide/data/distribution/braze_currents/setting_up_currents/custom_http_connector/',
    'https://github.com/braze-inc/braze-docs/blob/develop/_docs/_partners/isv_partners/currents_integration.md',
    'https://github.com/braze-inc/currents-examples/tree/master/sample-data',
  ],
  requires: { 'platform_properties.appversion': 'events have no app version' },
  mayLack: { 'platform_properties.osname': 'events of e-mail and SMS have no platform' },
  mapping: {
    input: { jsonPath: 'events' },
    insert_id: {
      path: 'id',
      derive: 'raw',
      name: 'braze',
      fromId: true,
      keep: 'braze_event_id',
    },
    event_key: ['properties.name', 'event_type'],
    ts: { path: 'time', unit: 's' },
    metric_value: 'properties.price',
    identifiers: {
      keys: {
        id: ['user.device_id', 'user.user_id'],
        device_id: ['user.device_id', 'user.user_id'],
        user_id: ['user.external_user_id', 'user.user_id'],
        session_id: 'properties.session_id',
      },
    },
    event_properties: {
      objects: ['properties.custom_properties', 'properties.purchase_properties'],
      keys: {
        app_id: 'properties.app_id',
        product_id: 'properties.product_id',
        currency: 'properties.currency',
        price: 'properties.price',
        campaign_id: 'properties.campaign_id',
        campaign_name: 'properties.campaign_name',
        canvas_id: 'properties.canvas_id',
        canvas_name: 'properties.canvas_name',
        canvas_variation_id: 'properties.canvas_variation_id',
        canvas_variation_name: 'properties.canvas_variation_name',
        canvas_step_id: 'properties.canvas_step_id',
        canvas_step_name: 'properties.canvas_step_name',
        message_variation_id: 'properties.message_variation_id',
        message_variation_name: 'properties.message_variation_name',
        send_id: 'properties.send_id',
        dispatch_id: 'properties.dispatch_id',
        button_id: 'properties.button_id',
        url: 'properties.url',
        ad_id: 'properties.ad_id',
        ad_id_type: 'properties.ad_id_type',
        ad_tracking_enabled: 'properties.ad_tracking_enabled',
      },
    },
    user_properties: { keys: { timezone: 'user.timezone' } },
    platform_properties: {
      keys: {
        osname: 'properties.platform',
        osversion: 'properties.os_version',
        devicemodel: 'properties.device_model',
      },
    },
  },
};
