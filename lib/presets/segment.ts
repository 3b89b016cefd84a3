import type { Preset } from './preset.ts';

/**
 * Segment's `track` calls as a storage destination has them: one JSON object a line. Its folders are for the day
 * on which an event was *received*, so events of one UTC day may also be in the next day's folder.
 *
 * `timestamp` is the corrected time; `originalTimestamp` comes from the device's clock, which may be wrong.
 */
export const segment: Preset = {
  title: 'Segment track calls, JSON lines',
  pages: [
    'https://www.twilio.com/docs/segment/connections/spec/common',
    'https://www.twilio.com/docs/segment/connections/spec/track',
  ],
  mayLack: {
    'platform_properties.appversion': 'web and server events have no app version',
    'platform_properties.osname': 'web and server events may have no operating system',
  },
  mapping: {
    only: { type: ['track'] },
    insert_id: {
      path: 'messageId',
      derive: 'raw',
      name: 'segment',
      fromId: true,
      keep: 'message_id',
    },
    event_key: 'event',
    ts: 'timestamp',
    metric_value: 'properties.revenue',
    identifiers: {
      keys: {
        id: ['context.device.id', 'anonymousId'],
        device_id: ['context.device.id', 'anonymousId'],
        user_id: 'userId',
      },
    },
    event_properties: 'properties',
    user_properties: 'context.traits',
    platform_properties: {
      keys: {
        osname: 'context.os.name',
        appversion: 'context.app.version',
        osversion: 'context.os.version',
        devicemodel: 'context.device.model',
        devicevendor: 'context.device.manufacturer',
        language: 'context.locale',
      },
    },
  },
};
