import type { Preset } from './preset.ts';

/**
 * RudderStack's `track` events, one JSON object a line. They look like Segment's, but `messageId` and `timestamp`
 * may be missing in events that a server created.
 */
export const rudderstack: Preset = {
  title: 'RudderStack track events, JSON lines',
  pages: ['https://www.rudderstack.com/docs/event-spec/standard-events/common-fields/'],
  mayLack: {
    'platform_properties.appversion': 'web and server events have no app version',
    'platform_properties.osname': 'web and server events may have no operating system',
  },
  mapping: {
    only: { type: ['track'] },
    insert_id: {
      path: 'messageId',
      derive: 'raw',
      name: 'rudderstack',
      fromId: true,
      keep: 'message_id',
    },
    event_key: 'event',
    ts: ['timestamp', 'originalTimestamp'],
    metric_value: 'properties.revenue',
    identifiers: {
      keys: {
        id: ['anonymousId', 'context.device.id'],
        device_id: ['anonymousId', 'context.device.id'],
        user_id: 'userId',
        session_id: { path: 'context.sessionId', absent: ['0'] },
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
