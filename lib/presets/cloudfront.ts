import type { Preset } from './preset.ts';

/**
 * CloudFront's standard access logs: tab-separated, with `#Version` and `#Fields` lines before the first record;
 * the latter names the columns. Times are in UTC, with the date and the time of day in two fields. `-` means no
 * value. The log has no device, so the address takes its place, which many people may share.
 */
export const cloudfront: Preset = {
  title: 'CloudFront standard access logs',
  pages: [
    'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html',
  ],
  requires: {
    'platform_properties.osname': 'an access log has no operating system',
    'platform_properties.appversion': 'an access log has no app version',
  },
  mapping: {
    input: { format: 'tsv', quote: '' },
    insert_id: {
      path: 'x-edge-request-id',
      derive: 'raw',
      name: 'cloudfront',
      fromId: true,
      keep: 'x-edge-request-id',
    },
    event_key: { const: 'http_request' },
    ts: { path: 'date', time: 'time' },
    identifiers: { keys: { id: 'c-ip', device_id: 'c-ip' } },
    event_properties: { objects: [''], exclude: ['date', 'time', 'c-ip', 'x-edge-request-id'] },
    platform_properties: {},
  },
};
