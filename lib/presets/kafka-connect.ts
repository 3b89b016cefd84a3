import type { Preset } from './preset.ts';

/**
 * Messages that Kafka Connect's JsonConverter wrote with `schemas.enable`: `{"schema": {…}, "payload": {…}}`, one a
 * line. The payload is an event with the vendor's own columns; for other events print this preset and change the paths.
 */
export const kafkaConnect: Preset = {
  title: "Kafka Connect's JSON envelope around events with the vendor's columns, JSON lines",
  pages: [
    'https://cwiki.apache.org/confluence/spaces/KAFKA/pages/80453670/KIP-301+Schema+Inferencing+for+JsonConverter',
  ],
  mapping: {
    insert_id: 'payload.insert_id',
    event_key: 'payload.event_key',
    ts: 'payload.ts',
    metric_value: 'payload.metric_value',
    identifiers: 'payload.identifiers',
    event_properties: 'payload.event_properties',
    user_properties: 'payload.user_properties',
    platform_properties: 'payload.platform_properties',
  },
};
