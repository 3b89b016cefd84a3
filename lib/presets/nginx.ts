import type { Preset } from './preset.ts';

/**
 * nginx's access log with the fields of `combined`, written as JSON:
 *
 *     log_format events escape=json '{"time":"$time_iso8601","request_id":"$request_id",'
 *       '"remote_addr":"$remote_addr","remote_user":"$remote_user","request":"$request",'
 *       '"status":$status,"body_bytes_sent":$body_bytes_sent,'
 *       '"http_referer":"$http_referer","http_user_agent":"$http_user_agent"}';
 *
 * The time may also be `$time_local` or `$msec`. Without `escape=json` nginx writes quotes as `\\x22`, which is no JSON.
 * The log has no device, so the address takes its place, which many people may share.
 */
export const nginx: Preset = {
  title: 'nginx access log, the fields of "combined" as JSON lines',
  pages: [
    'https://nginx.org/en/docs/http/ngx_http_log_module.html',
    'https://nginx.org/en/docs/http/ngx_http_core_module.html#variables',
  ],
  requires: {
    'platform_properties.osname': 'an access log has no operating system',
    'platform_properties.appversion': 'an access log has no app version',
  },
  mapping: {
    insert_id: {
      path: 'request_id',
      derive: 'raw',
      name: 'nginx',
      fromId: true,
      keep: 'request_id',
    },
    event_key: { const: 'http_request' },
    ts: ['time_iso8601', 'time_local', 'time', '@timestamp', 'timestamp', 'msec'],
    identifiers: { keys: { id: 'remote_addr', device_id: 'remote_addr' } },
    event_properties: { rest: true },
    platform_properties: {},
  },
};
