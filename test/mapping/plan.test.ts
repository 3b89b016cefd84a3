import fc from 'fast-check';
import { test } from 'tap';
import { ImportError } from '../../lib/errors.ts';
import { compileMapping } from '../../lib/mapping/compile.ts';
import { parseMapping } from '../../lib/mapping/mapping.ts';
import type { MappingPlan } from '../../lib/mapping/plan.ts';
import type { EventMapping, MapMapping, Sources } from '../../lib/mapping/types.ts';
import { VENDOR_MAPPING } from '../../lib/mapping/vendor-mapping.ts';
import { rounds } from '../support/rounds.ts';

const MAPS = ['identifiers', 'event_properties', 'user_properties', 'platform_properties'] as const;

/** The vendor's mapping with these maps: the shortest complete mapping. */
function mappingOf(part: Partial<EventMapping>): EventMapping {
  return parseMapping({
    insert_id: 'insert_id',
    event_key: 'event_key',
    ts: 'ts',
    identifiers: 'identifiers',
    platform_properties: 'platform_properties',
    ...part,
  });
}

/** Describes a plan with one line per node, which is easy to read in a table. */
function linesOf(plan: MappingPlan): Record<string, string> {
  const lines: Record<string, string> = {};
  const names = (mask: number): string =>
    ['i', 'e', 'u', 'p'].filter((_, map) => mask & (1 << map)).join('');
  const visit = (index: number, path: string): void => {
    const node = plan.nodes[index];
    if (!node) throw new Error(`no node ${index}`);
    const parts = [
      node.slot >= 0 ? 'captured' : '',
      node.entryMaps ? `entry:${names(node.entryMaps)}` : '',
      node.maps ? `members:${names(node.maps)}${node.prefix && `(${node.prefix})`}` : '',
      node.used ? '' : 'unused',
    ];
    lines[path || '.'] = parts.filter(Boolean).join(' ');
    for (const [name, child] of node.children) visit(child, path ? `${path}/${name}` : name);
  };
  visit(0, '');
  return lines;
}

const tables: { title: string; part: Partial<EventMapping>; nodes: Record<string, string> }[] = [
  {
    title: 'a member of a whole object stays an entry where a scalar uses it too',
    part: { metric_value: 'properties.revenue', event_properties: 'properties' },
    nodes: { '.': '', properties: 'members:e', 'properties/revenue': 'captured entry:e' },
  },
  {
    title: 'unless it is excluded',
    part: {
      metric_value: 'properties.revenue',
      event_properties: { objects: ['properties'], exclude: ['properties.revenue'] },
    },
    nodes: { properties: 'members:e', 'properties/revenue': 'captured' },
  },
  {
    title: 'rest takes what no column uses; of a partly used object its other members, dotted',
    part: {
      event_properties: { rest: true },
      user_properties: { keys: { os: ['context.os.name', { const: '?' }] } },
    },
    nodes: {
      '.': 'members:e',
      context: 'members:e(context.)',
      'context/os': 'members:e(context.os.)',
      'context/os/name': 'captured',
      ts: 'captured',
      identifiers: 'members:i',
      platform_properties: 'members:p',
    },
  },
  {
    title: 'a whole object of one map is used up for the rest of another',
    part: { user_properties: 'a', event_properties: { rest: true, keys: { x: 'a.x' } } },
    nodes: { '.': 'members:e', a: 'members:u', 'a/x': 'captured entry:u' },
  },
  {
    title: 'the fields that an id is derived from are used',
    part: { insert_id: { derive: ['who', 'when.at'] }, event_properties: { rest: true } },
    nodes: { who: 'captured', when: 'members:e(when.)', 'when/at': 'captured' },
  },
  {
    title: 'two maps with rest; what one excludes, the other gets',
    part: {
      event_properties: { rest: true, exclude: ['c.secret', 'x'] },
      user_properties: { rest: true },
    },
    nodes: {
      '.': 'members:eu',
      c: 'entry:u members:e(c.)',
      'c/secret': 'unused',
      x: 'entry:u',
    },
  },
  {
    title: 'the event as a whole object: all members but the excluded ones, used or not',
    part: {
      event_properties: { objects: ['.'], exclude: ['ts', 'a.b'] },
      user_properties: { rest: true },
    },
    nodes: {
      '.': 'members:e',
      ts: 'captured',
      event_key: 'captured entry:e',
      identifiers: 'entry:e members:i',
      a: 'members:e(a.)',
      'a/b': 'unused',
    },
  },
  {
    title: 'captured, an entry and descended at once',
    part: {
      event_properties: 'a',
      user_properties: { objects: ['a.b'], keys: { whole: 'a.b' } },
    },
    nodes: { a: 'members:e', 'a/b': 'captured entry:e members:u' },
  },
  {
    title: 'keys may use what their own map excludes; a dot in a name is no step',
    part: {
      event_properties: { objects: ['p'], keys: { price: 'p.a\\.b' }, exclude: ['p.a\\.b'] },
    },
    nodes: { p: 'members:e', 'p/a.b': 'captured' },
  },
  {
    title: 'an exclusion that meets nothing is unused',
    part: { event_properties: { objects: ['p'], exclude: ['q'] } },
    nodes: { q: 'unused', p: 'members:e' },
  },
];

for (const { title, part, nodes } of tables) {
  test(title, (t) => {
    const lines = linesOf(compileMapping(mappingOf(part), { flatten: false }));
    for (const [path, expected] of Object.entries(nodes)) t.equal(lines[path], expected, path);
    t.end();
  });
}

test('the vendor mapping', (t) => {
  const plan = compileMapping(VENDOR_MAPPING, { flatten: false });
  t.strictSame(linesOf(plan), {
    '.': '',
    insert_id: 'captured',
    event_key: 'captured',
    ts: 'captured',
    metric_value: 'captured',
    identifiers: 'members:i',
    event_properties: 'members:e',
    user_properties: 'members:u',
    platform_properties: 'members:p',
  });
  t.strictSame(plan.scalars, [{ slots: [0] }, { slots: [1] }, { slots: [2] }, { slots: [3] }]);
  t.strictSame(plan.keys, []);
  t.equal(plan.slots, 4);
  t.equal(plan.deriveSlots, undefined);
  t.match(plan.ts, { unit: 'auto', timezone: undefined, localEpochs: false, timeSlot: undefined });
  t.equal(plan.flatten, 0);
  t.equal(compileMapping(VENDOR_MAPPING, { flatten: true }).flatten, 15);
  t.end();
});

test('targets: fall-backs in order, constants, shared slots, options', (t) => {
  const plan = compileMapping(
    mappingOf({
      insert_id: { path: ['id', { path: 'mid' }], derive: ['user', 'id'] },
      event_key: [{ path: 'name' }, 'id', { const: 'unknown' }],
      ts: { path: ['a', 'b'], unit: 's', timezone: 'Asia/Seoul' },
      metric_value: { const: '1' },
      identifiers: { keys: { id: 'user', Device_ID: ['device', 'user'] }, flatten: false },
      platform_properties: {
        keys: { osname: { const: 'Web' }, appversion: ['v', { const: '1' }] },
      },
    }),
    { flatten: true },
  );
  t.strictSame(plan.scalars, [
    { slots: [0, 1] },
    { slots: [2, 0], constant: 'unknown' },
    { slots: [3, 4] },
    { slots: [], constant: '1' },
  ]);
  t.strictSame(plan.keys, [
    { map: 0, key: 'id', slots: [5] },
    { map: 0, key: 'Device_ID', slots: [6, 5] },
    { map: 3, key: 'osname', slots: [], constant: 'Web' },
    { map: 3, key: 'appversion', slots: [7], constant: '1' },
  ]);
  t.strictSame(plan.deriveSlots, [5, 0]);
  t.match(plan.ts, { unit: 's', timezone: 'Asia/Seoul' });
  t.equal(plan.flatten, 0b1110);
  t.equal(plan.slots, 8);
  const raw = compileMapping(mappingOf({ insert_id: { derive: 'raw' } }), { flatten: false });
  t.equal(raw.deriveSlots, 'raw');
  t.strictSame(raw.scalars[0], { slots: [] });
  t.strictSame(
    compileMapping(mappingOf({ ts: { const: '2023-01-01T00:00:00Z' } }), { flatten: false })
      .scalars[2],
    { slots: [], constant: '2023-01-01T00:00:00Z' },
  );
  t.end();
});

test('an object written under two prefixes is refused', (t) => {
  const mapping = mappingOf({
    event_properties: { objects: ['a'], exclude: ['a.b.secret'] },
    user_properties: 'a.b',
  });
  t.throws(() => compileMapping(mapping, { flatten: false }), {
    code: 'E_MAPPING',
    message: /"a\.b".*event_properties and user_properties/,
    hint: /Exclude all of "a\.b"/,
  });
  t.end();
});

// Compares plans with an interpreter that evaluates a mapping directly, path by path and without a trie, for random
// mappings and events with few names.

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Entry = [map: number, key: string, value: Json];
interface Reading {
  entries: Entry[];
  scalars: (Json | undefined)[];
  derived: (Json | undefined)[] | 'raw' | undefined;
  /** Maps of which a source in `objects` is not an object. */
  notObjects: number;
}

const namesOf = (path: string): string[] =>
  path === '' || path === '.'
    ? []
    : path.split(/(?<!\\)\./).map((name) => name.replaceAll('\\.', '.'));
const isObject = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const startsWith = (path: string[], start: string[]): boolean =>
  start.every((name, index) => path[index] === name);

function valueAt(event: Json, path: string[]): Json | undefined {
  let value: Json | undefined = event;
  for (const name of path) {
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

function pathsOf(sources: unknown): string[] {
  const list: unknown[] = Array.isArray(sources) ? sources : [sources];
  return list.flatMap((one) =>
    typeof one === 'string' ? [one] : ((one as { path?: string } | undefined)?.path ?? []),
  );
}

function pick(event: Json, sources: unknown): Json | undefined {
  for (const path of pathsOf(sources)) {
    const value = valueAt(event, namesOf(path));
    if (value !== undefined && value !== null) return value;
  }
  const last: unknown = Array.isArray(sources) ? sources.at(-1) : sources;
  return (last as { const?: string } | undefined)?.const;
}

const specOf = (map: string | MapMapping | undefined): MapMapping =>
  typeof map === 'string' ? { objects: [map] } : (map ?? {});

function readDirectly(mapping: EventMapping, event: Json): Reading {
  const { insert_id: id, ts: time } = mapping;
  const idForm =
    typeof id === 'object' && !Array.isArray(id)
      ? (id as { path?: string; derive?: string[] | 'raw' })
      : { path: id };
  const derive = 'derive' in idForm ? idForm.derive : undefined;
  const timeSources =
    isObject(time as Json) && 'path' in (time as object) ? (time as { path: Sources }).path : time;
  const scalarSources = [idForm.path, mapping.event_key, timeSources, mapping.metric_value];
  const specs = MAPS.map((map) => specOf(mapping[map]));
  const used = [
    ...scalarSources.flatMap(pathsOf),
    ...specs.flatMap((spec) => Object.values(spec.keys ?? {}).flatMap(pathsOf)),
    ...specs.flatMap((spec) => spec.objects ?? []),
    ...(Array.isArray(derive) ? derive : []),
  ].map(namesOf);

  const entries: Entry[] = [];
  let notObjects = 0;
  specs.forEach((spec, map) => {
    const excluded = (spec.exclude ?? []).map(namesOf);
    const objects = new Map(
      (spec.objects ?? []).map((path) => [namesOf(path).join('\0'), namesOf(path)]),
    );
    const bases = [...objects.values()].map((base) => ({ base, barred: excluded }));
    for (const { base } of bases) {
      const value = valueAt(event, base);
      if (value !== undefined && value !== null && !isObject(value)) notObjects |= 1 << map;
    }
    if (spec.rest) bases.push({ base: [], barred: [...excluded, ...used] });
    // Whether a value of the event is an entry depends only on its path.
    const visit = (value: Json, path: string[]): void => {
      for (const { base, barred } of bases) {
        if (path.length <= base.length || !startsWith(path, base)) continue;
        const isApart = (inner: string[]): boolean =>
          isObject(valueAt(event, inner)) &&
          barred.some((other) => other.length > inner.length && startsWith(other, inner));
        const between = path
          .slice(base.length, -1)
          .map((_, i) => path.slice(0, base.length + i + 1));
        if (barred.some((other) => startsWith(path, other))) continue;
        if (!between.every(isApart) || isApart(path)) continue;
        entries.push([map, path.slice(base.length).join('.'), value]);
      }
      if (isObject(value))
        for (const [name, inner] of Object.entries(value)) visit(inner, [...path, name]);
    };
    visit(event, []);
    for (const [key, sources] of Object.entries(spec.keys ?? {})) {
      const value = pick(event, sources);
      if (value !== undefined) entries.push([map, key, value]);
    }
  });
  return {
    entries,
    scalars: scalarSources.map((sources) => pick(event, sources)),
    derived: Array.isArray(derive) ? derive.map((path) => valueAt(event, namesOf(path))) : derive,
    notObjects,
  };
}

function followPlan(plan: MappingPlan, event: Json): Reading {
  const entries: Entry[] = [];
  const slots: (Json | undefined)[] = [];
  let notObjects = 0;
  const push = (maps: number, key: string, value: Json): void => {
    for (let map = 0; map < 4; map++) if (maps & (1 << map)) entries.push([map, key, value]);
  };
  const members = (object: { [name: string]: Json }, index: number): void => {
    const node = plan.nodes[index] as MappingPlan['nodes'][number];
    for (const [name, value] of Object.entries(object)) {
      const child = node.children.get(name);
      if (child === undefined) {
        push(node.maps, node.prefix + name, value);
        continue;
      }
      const member = plan.nodes[child] as MappingPlan['nodes'][number];
      if (member.slot >= 0) slots[member.slot] = value;
      push(member.entryMaps, node.prefix + name, value);
      if (isObject(value)) members(value, child);
      else if (member.prefix !== '') push(member.maps, node.prefix + name, value);
      else if (value !== null) notObjects |= member.maps;
    }
  };
  members(event as { [name: string]: Json }, 0);
  const resolve = (target: { slots: number[]; constant?: string }): Json | undefined =>
    target.slots
      .map((slot) => slots[slot])
      .find((value) => value !== undefined && value !== null) ?? target.constant;
  for (const target of plan.keys) {
    const value = resolve(target);
    if (value !== undefined) entries.push([target.map, target.key, value]);
  }
  const { deriveSlots } = plan;
  return {
    entries,
    scalars: plan.scalars.map(resolve),
    derived: Array.isArray(deriveSlots) ? deriveSlots.map((slot) => slots[slot]) : deriveSlots,
    notObjects,
  };
}

const name = fc.constantFrom('a', 'b', 'c', 'a.b', '__proto__');
const path = fc
  .array(name, { minLength: 1, maxLength: 4 })
  .map((names) => names.map((one) => one.replaceAll('.', '\\.')).join('.'));
const sources = fc.oneof(
  path,
  path.map((one) => ({ path: one })),
  fc.tuple(path, path, fc.constant({ const: 'k' })).map((list) => [...list]),
);
const mapMapping = fc.record(
  {
    objects: fc.array(fc.oneof({ weight: 6, arbitrary: path }, fc.constantFrom('', '.')), {
      maxLength: 2,
    }),
    keys: fc.dictionary(fc.constantFrom('k', 'l'), sources),
    rest: fc.boolean(),
    exclude: fc.array(path, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const mappings: fc.Arbitrary<EventMapping> = fc.record({
  insert_id: fc.oneof(
    path,
    fc.record({
      path,
      derive: fc.oneof(fc.constant('raw' as const), fc.array(path, { minLength: 1 })),
    }),
  ),
  event_key: sources,
  ts: fc.oneof(sources, fc.record({ path: sources, unit: fc.constant('s' as const) })),
  metric_value: fc.option(sources, { nil: undefined }),
  identifiers: mapMapping,
  event_properties: fc.oneof(path, mapMapping),
  user_properties: mapMapping,
  platform_properties: fc.constant({
    keys: { osname: { const: 'Web' }, appversion: { const: '1' } },
  }),
});
const { event: events } = fc.letrec<{ value: Json; event: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'large' },
    fc.constantFrom<Json>(null, 1, 'x', true, [{ a: 1 }]),
    tie('event'),
  ),
  // Entries, not a dictionary: "__proto__" must be a member like any other.
  event: fc
    .uniqueArray(fc.tuple(name, tie('value')), { selector: ([one]) => one, maxLength: 5 })
    .map(
      (list) =>
        JSON.parse(
          `{${list.map(([one, value]) => `${JSON.stringify(one)}:${JSON.stringify(value)}`).join()}}`,
        ) as Json,
    ),
}));

test('a plan does what the mapping says', (t) => {
  let refused = 0;
  let compared = 0;
  const ordered = ({ entries, ...rest }: Reading): unknown => ({
    ...rest,
    entries: entries.map((entry) => JSON.stringify(entry)).sort(),
  });
  fc.assert(
    fc.property(mappings, fc.array(events, { minLength: 1, maxLength: 4 }), (mapping, list) => {
      let plan: MappingPlan;
      try {
        plan = compileMapping(parsed(mapping), { flatten: false });
      } catch (error) {
        if (!(error instanceof ImportError) || error.code !== 'E_MAPPING') throw error;
        refused++;
        return;
      }
      for (const event of list) {
        compared++;
        const expected = JSON.stringify(ordered(readDirectly(mapping, event)));
        const came = JSON.stringify(ordered(followPlan(plan, event)));
        if (expected !== came) throw new Error(`expected ${expected}\ngot      ${came}`);
      }
    }),
    { numRuns: rounds(2000) },
  );
  t.ok(compared > 3 * refused, `${compared} events compared, ${refused} mappings refused`);
  t.end();
});

/** Checks the parts that can be checked: the random mappings need not fill what the vendor requires. */
function parsed(mapping: EventMapping): EventMapping {
  const required = { keys: { id: { const: '1' }, device_id: { const: '1' } } };
  const { identifiers, ...others } = mapping;
  parseMapping({ ...others, identifiers: required, user_properties: identifiers });
  parseMapping({ ...others, identifiers: required });
  return mapping;
}
