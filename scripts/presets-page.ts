// Makes docs/presets.md from the presets: which field of a source becomes which column.
import { MAP_COLUMNS } from '../lib/batch/event-batch.ts';
import {
  type EventMapping,
  type InsertIdMapping,
  mapForm,
  type PairsMapping,
  type Sources,
} from '../lib/mapping/types.ts';
import type { Preset } from '../lib/presets/preset.ts';
import { PRESETS, setFlags } from '../lib/presets/presets.ts';

const INTRODUCTION = `# Presets

Made from the presets by \`npm run docs\`; do not edit. Fields that are not listed are left out, and counted by name in the
report. Of several fields the first that is present, not null and not empty is taken. \`hackle-import presets NAME\` prints a
preset as a mapping file to adapt. A source's clock, operating system or app version can be given with \`--set\`.

There is no preset for adbrix or Airbridge: the columns of their raw data exports are not documented in public. Print the
preset that is nearest and change the paths, or write a mapping.
`;

/** Returns the whole page. */
export function presetsPage(): string {
  const sections = Object.entries(PRESETS).map(([name, preset]) => section(name, preset));
  return `${[INTRODUCTION, ...sections].join('\n')}`;
}

function section(
  name: string,
  { title, pages, requires = {}, mayLack = {}, mapping }: Preset,
): string {
  const lines = [`## ${name}`, '', `${title}. See ${pages.map((page) => `<${page}>`).join(', ')}.`];
  const needed = Object.keys(requires);
  if (needed.length > 0) {
    const why = Object.entries(requires).map(([key, reason]) => `\`${key}\` (${reason})`);
    lines.push('', `Every event needs ${why.join(' and ')}:`, '', `    ${setFlags(needed)}`);
  }
  const missing = Object.keys(mayLack);
  if (missing.length > 0) {
    const why = Object.entries(mayLack).map(([key, reason]) => `\`${key}\` (${reason})`);
    lines.push('', `Some events lack ${why.join(', ')}. For them:`, '', `    ${setFlags(missing)}`);
  }
  const rows = rowsOf(mapping).map(([column, from]) => `| ${code(column)} | ${from} |`);
  return `${[...lines, '', '| column | field |', '|---|---|', ...rows].join('\n')}\n`;
}

function rowsOf(mapping: EventMapping): [column: string, from: string][] {
  const { ts, only = {} } = mapping;
  const rows: [string, string][] = [
    ['insert_id', insertId(mapping.insert_id)],
    ['event_key', sources(mapping.event_key)],
    ['ts', time(ts)],
  ];
  if (mapping.metric_value !== undefined)
    rows.push(['metric_value', sources(mapping.metric_value)]);
  for (const column of MAP_COLUMNS) rows.push(...mapRows(column, mapping[column]));
  for (const [path, texts] of Object.entries(only)) {
    rows.push(['(only events with)', `${code(path)} = ${texts.map(code).join(' or ')}`]);
  }
  return rows;
}

function mapRows(column: string, map: EventMapping['identifiers'] | undefined): [string, string][] {
  const { objects = [], otherwise = {}, pairs = [], keys = {}, rest, exclude = [] } = mapForm(map);
  const but = exclude.length === 0 ? '' : `, but ${exclude.map(code).join(', ')}`;
  const whole = objects.map((path) => (path === '' ? 'all fields' : `all of ${code(path)}`));
  if (rest) whole.push('every other field');
  return [
    ...whole.map((from): [string, string] => [`${column}.*`, `${from}${but}`]),
    ...pairs.map((each): [string, string] => [
      `${column}.${each.only?.join(', ') ?? '*'}`,
      pairsText(each),
    ]),
    ...Object.entries(otherwise).map(([key, paths]): [string, string] => {
      return [
        `${column}.${key}`,
        `${[paths]
          .flat()
          .map((path) => code(path))
          .join(', else ')}, if it is no object`,
      ];
    }),
    ...Object.entries(keys).map(([key, from]): [string, string] => [
      `${column}.${key}`,
      sources(from),
    ]),
  ];
}

function pairsText({ path, key = 'key', value = 'value' }: PairsMapping): string {
  const values = ([value].flat() as Sources[]).map(sources).join(', else ');
  return `elements of ${code(path)}: ${code(key)} → ${values}`;
}

function insertId(spec: EventMapping['insert_id']): string {
  if (typeof spec !== 'object' || Array.isArray(spec)) return sources(spec as Sources);
  const { path, derive, fromId } = spec as InsertIdMapping;
  const made = derive === 'raw' ? 'the whole event' : (derive ?? []).map(code).join(', ');
  if (path === undefined) return `derived from ${made}`;
  const also = typeof fromId === 'object' ? ` and ${fromId.map(code).join(', ')}` : '';
  return `${sources(path)}; if it is no UUID, derived from it${also}; without one, from ${made}`;
}

function time(ts: EventMapping['ts']): string {
  if (typeof ts !== 'object' || Array.isArray(ts) || !('path' in ts)) return sources(ts as Sources);
  const notes = Object.entries(ts).filter(([name]) => name !== 'path');
  const text = notes.map(([name, value]) => `${name} ${code(String(value))}`).join(', ');
  return text === '' ? sources(ts.path) : `${sources(ts.path)}; ${text}`;
}

function sources(from: Sources): string {
  const list = ([from].flat() as Exclude<Sources, readonly unknown[]>[]).map((source) => {
    if (typeof source === 'string') return code(source);
    if ('const' in source) return `the text ${code(source.const)}`;
    const { path, item, absent = [] } = source;
    const place = item === undefined ? code(path) : `${code(item)} in ${code(path)}`;
    return absent.length === 0 ? place : `${place} (not ${absent.map(code).join(', ')})`;
  });
  return list.join(', else ');
}

function code(text: string): string {
  return `\`${text}\``;
}
