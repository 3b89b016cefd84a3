import { ImportError } from '../errors.ts';
import type { EventMapping } from '../mapping/types.ts';
import { closest } from '../nearest.ts';
import { adjust } from './adjust.ts';
import { amplitude } from './amplitude.ts';
import { appsflyer } from './appsflyer.ts';
import { braze } from './braze.ts';
import { brazeHttp } from './braze-http.ts';
import { cloudfront } from './cloudfront.ts';
import { firebase } from './firebase.ts';
import { ga4 } from './ga4.ts';
import { kafkaConnect } from './kafka-connect.ts';
import { mixpanel } from './mixpanel.ts';
import { nginx } from './nginx.ts';
import { posthog } from './posthog.ts';
import type { Preset } from './preset.ts';
import { rudderstack } from './rudderstack.ts';
import { segment } from './segment.ts';
import { snowplow } from './snowplow.ts';
import { snowplowJson } from './snowplow-json.ts';

/** Mappings for well-known sources, by name. */
export const PRESETS: Readonly<Record<string, Preset>> = {
  segment,
  rudderstack,
  amplitude,
  mixpanel,
  ga4,
  firebase,
  posthog,
  snowplow,
  'snowplow-json': snowplowJson,
  braze,
  'braze-http': brazeHttp,
  appsflyer,
  adjust,
  cloudfront,
  nginx,
  'kafka-connect': kafkaConnect,
};

/** Returns a preset by name. @throws ImportError E_USAGE for an unknown name */
export function presetOf(name: string): Preset {
  const preset = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (preset !== undefined) return preset;
  const names = Object.keys(PRESETS);
  const meant = closest(name, names);
  throw new ImportError(
    'E_USAGE',
    `there is no preset ${JSON.stringify(name)}${meant ? `, did you mean ${meant}?` : ''}`,
    { hint: `The presets are ${names.join(', ')}.` },
  );
}

/** Returns a preset's mapping. @throws ImportError E_USAGE if `set` lacks a key that the source never has */
export function presetMapping(
  name: string,
  set: Readonly<Record<string, string>> = {},
): EventMapping {
  const { mapping, requires = {} } = presetOf(name);
  const given = Object.keys(set).map((key) => key.toLowerCase());
  const lacking = Object.entries(requires).filter(([key]) => !given.includes(key));
  if (lacking.length === 0) return mapping;
  const flags = setFlags(lacking.map(([key]) => key));
  throw new ImportError(
    'E_USAGE',
    `preset ${name}: every event needs ${lacking.map(([key, why]) => `${key} (${why})`).join(' and ')}`,
    {
      hint: `Set it for all events with --set ${lacking[0]?.[0]}=…, for example: ${flags}`,
    },
  );
}

/** Returns a preset as the text of a mapping file to adapt. */
export function presetFile(name: string): string {
  const { title, pages, requires = {}, mayLack = {}, mapping } = presetOf(name);
  const notes = [
    ...Object.entries(requires).map(
      ([key, why]) => `Missing: ${key} (${why}). Add it below, or give ${setFlags([key])}`,
    ),
    ...Object.entries(mayLack).map(
      ([key, why]) => `Some events lack ${key} (${why}). For them, give ${setFlags([key])}`,
    ),
  ];
  const about = [`${title}, see ${pages.join(' and ')}`, ...notes];
  return `${JSON.stringify({ about, ...mapping }, null, 2)}\n`;
}

/** Texts for keys that a source lacks, so that a line can be copied; other values may suit the events better. */
const EXAMPLES: Readonly<Record<string, string>> = {
  'platform_properties.osname': 'Web',
  'platform_properties.appversion': '0',
  'identifiers.id': 'anonymous',
  'identifiers.device_id': 'anonymous',
};

/** The flags that give these keys a constant. */
export function setFlags(keys: readonly string[]): string {
  return keys.map((key) => `--set ${key}=${EXAMPLES[key] ?? '…'}`).join(' ');
}
