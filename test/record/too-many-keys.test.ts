// An event with more than 32,768 keys is rejected, wherever they are and whatever was read before it.
import fc from 'fast-check';
import { test } from 'tap';
import type { EventBatch } from '../../lib/batch/event-batch.ts';
import type { EventMapping } from '../../lib/mapping/types.ts';
import { referenceConvert } from '../reference/convert.ts';
import { BUILDS, codeOf, makeParser, scanLines } from '../support/batch.ts';
import { rounds } from '../support/rounds.ts';
import { run, useKernel } from '../support/run.ts';
import { runConvert } from '../support/run-convert.ts';
import { tempFolder } from '../support/temp.ts';
import { eventOf } from '../support/write-parquet.ts';

const MOST = 32_768;

/** The members of an object: `"p0":0,"p1":1,…`. */
function members(count: number, value = '0', name = 'p'): string {
  return Array.from({ length: count }, (_, n) => `"${name}${n}":${value}`).join();
}

const MAPPING: EventMapping = {
  insert_id: { derive: 'raw' },
  event_key: { const: 'e' },
  ts: { path: 'ts' },
  identifiers: { defaults: { id: 'i', device_id: 'd' } },
  event_properties: { objects: ['props'], pairs: [{ path: 'pairs' }], keys: { all: 'all' } },
  platform_properties: { defaults: { osname: 'iOS', appversion: '1' } },
  parse: ['props'],
};

interface Case {
  /** An event whose keys are as many as given. */
  event: (keys: number) => string;
  mapping?: EventMapping;
  flatten?: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  'a map': {
    event: (keys) => `{"ts":1,"event_properties":{${members(keys - 2)}}}`,
  },
  'two maps': {
    event: (keys) =>
      `{"event_properties":{${members(16_000)}},"user_properties":{${members(keys - 16_002)}}}`,
  },
  'fields that nothing uses': { event: (keys) => `{${members(keys)}}` },
  'one key again and again': {
    event: (keys) => `{"event_properties":{${'"a":1,'.repeat(keys - 2)}"b":0}}`,
  },
  'nested keys': {
    event: (keys) => `{"event_properties":{${members((keys - 2) / 2, '{"x":1}')},"y":{}}}`,
    flatten: true,
  },
  elements: {
    event: (keys) => `{"event_properties":{"a":[${'1,'.repeat(keys - 3)}1]}}`,
    flatten: true,
  },
  'a value that becomes an entry': {
    event: (keys) => `{"ts":1,"all":{${members(keys - 2)}}}`,
    mapping: MAPPING,
    flatten: true,
  },
  pairs: {
    // Each element has two members, and gives a key.
    event: (keys) => {
      const pairs = Array.from({ length: (keys - 2) / 3 }, (_, n) => `{"key":"k${n}","value":1}`);
      return `{"ts":1,"pairs":[${pairs.join()}]}`;
    },
    mapping: MAPPING,
  },
  'JSON in a string': {
    event: (keys) => JSON.stringify({ ts: 1, props: `{${members(keys - 2)}}` }),
    mapping: MAPPING,
  },
};

for (const { build, debug } of BUILDS) {
  for (const [name, { event, mapping, flatten }] of Object.entries(CASES)) {
    test(`${name}, ${build} kernel`, (t) => {
      const options = {
        debug,
        insertId: 'derive',
        ...(mapping && { mapping }),
        ...(flatten && { flatten }),
      } as const;
      const codes = (...lines: string[]): string[] => scanLines(lines, options, codeOf);
      const step = name === 'nested keys' ? 2 : name === 'pairs' ? 3 : 1;
      // The most that is taken: names are known or not, depending on what comes before.
      const most = MOST - (name === 'one key again and again' ? 0 : (MOST - 2) % step);
      const [good, bad] = [event(most), event(most + step)];
      t.strictSame(codes(good, bad, good, bad), ['ok', 'too_many_keys', 'ok', 'too_many_keys']);
      t.strictSame(codes(bad, good), ['too_many_keys', 'ok']);
      t.end();
    });
  }

  test(`what is wrong besides counts first, ${build} kernel`, (t) => {
    const many = members(MOST + 5);
    const deep = `${'['.repeat(600)}${']'.repeat(600)}`;
    const known = `{"event_properties":{${many}}}`;
    const lines = [
      `{"event_properties":{${many},}}`,
      `{"event_properties":{${many}}`,
      `{"event_properties":{${many}}}x`,
      `{"event_properties":{${many},"deep":${deep}}}`,
      `{"event_properties":{${many}},"user_properties":[]}`,
    ];
    const expected = [...Array(3).fill('invalid_json'), 'too_deep', 'too_many_keys'];
    t.strictSame(scanLines(lines, { debug }, codeOf), expected);
    const [, ...after] = scanLines([known, ...lines], { debug }, codeOf);
    t.strictSame(after, expected, 'also where the names are known');
    // A filter of the mapping is asked afterwards: which names were known must not matter.
    const only = { mapping: { ...MAPPING, only: { type: ['track'] } }, debug };
    t.strictSame(scanLines([`{"ts":1,"props":{${many}}}`], only, codeOf), ['too_many_keys']);
    t.end();
  });
}

test('cells of CSV', async (t) => {
  const cell = (keys: number): string => `"{${members(keys).replaceAll('"', '""')}}"`;
  const rows = [cell(MOST), cell(MOST + 1), cell(MOST - 5), `${cell(MOST + 1).slice(0, -1)}x"`];
  const csv = ['ts,props', ...rows.map((each) => `1672531262,${each}`)].join('\n');
  const { rejects, counts } = await runConvert(t, [Buffer.from(csv)], {
    mapping: MAPPING,
    format: 'csv',
  });
  t.strictSame(
    rejects.map(({ line, code }) => [line, code]),
    [
      [3, 'too_many_keys'],
      [5, 'invalid_json'],
    ],
  );
  t.equal(counts.rowsWritten, 2);
});

test('the message says what the limit is', async (t) => {
  const line = eventOf({}).replace('{', `{${members(MOST)},`);
  const { rejects } = await runConvert(t, [Buffer.from(line)]);
  t.match(rejects, [{ code: 'too_many_keys', message: /more than 32,768 keys/ }]);
});

test('names of an event that is rejected are not remembered without end', (t) => {
  const { parser } = makeParser({ debug: false });
  const names: number[] = [];
  parser.begin('test');
  const take = (batches: Iterable<EventBatch>): void => {
    for (const batch of batches) {
      names.push(batch.keys.names.length);
      batch.release();
    }
  };
  for (let n = 0; n < 3; n++) {
    const line = `{"event_properties":{${members(300_000, '0', `name ${n} `)}}}\n`;
    take(parser.push(Buffer.from(line)));
  }
  take(parser.end());
  t.strictSame(names, Array(3).fill(MOST + 4), 'and the four that each table begins with');
  parser.destroy();
  t.end();
});

for (const { build } of BUILDS) {
  test(`${build} kernel: around the limit as the reference has it`, async (t) => {
    useKernel(t, build);
    const count = fc.integer({ min: -3, max: 3 });
    const share = fc.integer({ min: 0, max: 9 });
    await fc.assert(
      fc.asyncProperty(count, share, share, fc.boolean(), async (more, first, second, flatten) => {
        // Of the keys, some are fields of the event, and some are nested in a property.
        const outside = Math.floor((MOST * first) / 20);
        const nested = Math.floor((MOST * second) / 20);
        const inMap = MOST + more - outside - nested - 13;
        const line = eventOf({})
          .replace('{', `{${outside > 0 ? `${members(outside, '0', 'o')},` : ''}`)
          .replace(/\}$/, `,"user_properties":{"n":{${members(nested)}},${members(inMap)}}}`);
        const source = Buffer.from(`${line}\n${eventOf({})}`);
        const expected = referenceConvert(source, { flatten });
        const { rejects, report } = await run([source], tempFolder(t), { flatten });
        t.strictSame(
          rejects.map(({ code }) => code),
          expected.rejects.map(({ code }) => code),
        );
        t.equal(report.rowsWritten, expected.rowsWritten);
      }),
      { numRuns: rounds(12) },
    );
  });
}
