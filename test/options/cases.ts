// What each option takes, written by hand from the documentation and not from the table: the tests hold the
// table, the library and the command line to it.
import { VENDOR_MAPPING } from '../../lib/index.ts';

/** JavaScript's types, with lists and null told from other objects. */
export type Type =
  | 'string'
  | 'number'
  | 'boolean'
  | 'bigint'
  | 'symbol'
  | 'function'
  | 'null'
  | 'list'
  | 'object';

export interface OptionCase {
  /** Types of which some values are right; every value of another type is wrong. */
  types: readonly Type[];
  /** Where the type is a number: the least and the most that is right. */
  range?: readonly [least: number, most: number];
  right: readonly unknown[];
  wrong: readonly unknown[];
  /** Texts for the flag. */
  flagRight?: readonly string[];
  flagWrong?: readonly string[];
}

const MIB = 1 << 20;
const ANY = Number.MAX_SAFE_INTEGER;

function size(least: number, most: number): OptionCase {
  return {
    types: ['number'],
    range: [least, most],
    right: [least, Math.min(most, 24 * MIB)],
    wrong: [least - 1, 0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, String(least)],
    flagRight: [String(least), `${Math.ceil(least / 1024)}KiB`, '8MiB', '8m', '8.5 MB'],
    flagWrong: ['0', '-1', '1e6', 'much', '1 parsec', '9007199254740993', '0.1'],
  };
}

function words(...all: string[]): OptionCase {
  const wrong = ['', 'nonsense', all[0]?.toUpperCase()];
  return {
    types: ['string'],
    right: all,
    wrong,
    flagRight: all,
    flagWrong: wrong.filter((word) => word !== undefined),
  };
}

const flag: OptionCase = {
  types: ['boolean'],
  right: [true, false],
  wrong: ['true', 1, 0],
  flagRight: [''],
};

const day: OptionCase = {
  types: ['string'],
  right: ['2023-01-01', '2024-02-29', '0001-01-01', '9999-12-31'],
  wrong: [
    '',
    '2023-02-29',
    '20230101',
    '2023-1-1',
    '0000-01-01',
    'tomorrow',
    '2023-01-01T00:00:00Z',
  ],
  flagRight: ['2023-01-01', '2024-02-29', '0001-01-01', '9999-12-31', 'yesterday', 'today'],
  flagWrong: ['2023-02-29', '20230101', '2023-1-1', '0000-01-01', 'tomorrow'],
};

const name: OptionCase = { types: ['string'], right: ['x'], wrong: [''], flagRight: ['x'] };

const callback: OptionCase = { types: ['function'], right: [() => {}], wrong: ['console.log'] };

const abort: OptionCase = {
  types: ['object'],
  right: [new AbortController().signal],
  wrong: [{}, new AbortController()],
};

const url: OptionCase = {
  types: ['string'],
  right: ['http://localhost:9000', 'https://storage.example.com/path'],
  wrong: ['', 'localhost:9000', 's3://bucket', 'https://key:secret@host', 'https://host/?sig=x'],
  flagRight: ['http://localhost:9000', 'https://storage.example.com/path'],
  flagWrong: ['localhost:9000', 's3://bucket', 'https://key:secret@host', 'https://host/?sig=x'],
};

function group(wrong: object): OptionCase {
  return { types: ['object'], right: [{}], wrong: [wrong] };
}

export const CASES: Readonly<Record<string, OptionCase>> = {
  inputs: {
    types: ['list'],
    right: [
      ['a'],
      [new URL('file:///a')],
      [{ name: 'x', stream: (async function* () {})() }],
      [{ command: ['ls', '-l'] }],
    ],
    wrong: [
      [5],
      [null],
      [['a']],
      [{ name: 'x' }],
      [{ name: '', stream: new ReadableStream() }],
      [{}],
      [{ command: [] }],
      [{ command: [''] }],
      [{ command: 'ls' }],
      [{ command: ['ls', 1] }],
      [{ command: ['ls'], name: '' }],
    ],
  },
  followGrowth: words('off', 'ignore'),
  settle: {
    types: ['number'],
    range: [0, 366 * 86_400],
    right: [0, 60],
    wrong: [-1, 0.5, '60'],
    flagRight: ['0', '60'],
    flagWrong: ['-1', '0.5', '1m'],
  },
  filesFrom: {
    types: ['string'],
    right: ['list.txt', '-'],
    wrong: ['', 5],
    flagRight: ['list.txt', '-'],
  },
  limit: {
    types: ['number'],
    right: [1, 1000],
    wrong: [0, 0.5, '10'],
    flagRight: ['1', '1000'],
    flagWrong: ['0', '1k'],
  },
  to: {
    types: ['string', 'object'],
    right: ['out', 's3://bucket/prefix', new URL('gs://bucket/prefix'), { list: () => [] }],
    wrong: ['', {}, { list: [] }],
    flagRight: ['out', 's3://bucket/prefix'],
  },
  ifExists: words('fail', 'skip', 'replace'),
  allowShrink: flag,
  compression: words('snappy', 'zstd', 'gzip', 'none'),
  compressionLevel: {
    types: ['number'],
    range: [1, 22],
    right: [1, 22],
    wrong: [0, 23, 1.5, '3'],
    flagRight: ['1', '22', '+3'],
    flagWrong: ['0', '23', '1.5', 'x', '-1'],
  },
  rowGroupSize: size(1, ANY),
  fileSize: size(1, 5 * 2 ** 40),
  store: group({ partsize: 1 }),
  'store.partSize': size(256 << 10, 5 * 2 ** 30),
  'store.concurrency': { types: ['number'], range: [1, ANY], right: [1, 16], wrong: [0, 1.5] },
  'store.timeout': {
    types: ['number'],
    range: [1, 2 ** 31 - 1],
    right: [1, 1e4],
    wrong: [0, 2 ** 31],
  },
  'store.retryFor': { types: ['number'], range: [0, ANY], right: [0, 1e9], wrong: [-1, 0.5] },
  'store.onRetry': callback,
  'store.onNote': callback,
  'store.signal': abort,
  'store.s3': group({ keyFile: 'x' }),
  'store.s3.endpoint': url,
  'store.s3.region': name,
  'store.s3.pathStyle': flag,
  'store.s3.sse': words('aws:kms', 'AES256', 'aws:kms:dsse'),
  'store.s3.sseKmsKeyId': name,
  'store.s3.acl': words('bucket-owner-full-control', 'bucket-owner-read', 'private'),
  'store.s3.requestPayer': flag,
  'store.gcs': group({ region: 'x' }),
  'store.gcs.endpoint': url,
  'store.gcs.keyFile': name,
  'store.gcs.userProject': name,
  'store.gcs.kmsKey': name,
  format: words('ndjson', 'json', 'csv', 'tsv'),
  jsonPath: { ...name, right: ['data.events'], flagRight: ['data.events'] },
  mapping: {
    types: ['string', 'object'],
    right: ['m.json', VENDOR_MAPPING],
    wrong: [''],
    flagRight: ['m.json'],
  },
  preset: name,
  set: {
    types: ['object'],
    right: [{}, { event_key: 'a' }],
    wrong: [{ event_key: 1 }],
    flagRight: ['event_key=a', 'event_properties.a=b=c', 'event_key='],
    flagWrong: ['event_key', '=a'],
  },
  transform: {
    types: ['string', 'function'],
    right: ['t.js', () => null],
    wrong: [''],
    flagRight: ['t.js'],
  },
  csv: group({ columns: ['a'], seperator: ';' }),
  'csv.columns': {
    types: ['list'],
    right: [
      ['a', 'b'],
      ['a', ''],
    ],
    wrong: [[], [''], ['a', 1]],
    flagRight: ['a', 'a, b', 'a,'],
    flagWrong: [',', ' , '],
  },
  'csv.delimiter': {
    types: ['string'],
    right: [',', '\t', ' ', '\x01'],
    wrong: ['', ',,', 'é', '\n', '\0'],
    flagRight: [',', 'tab', '\t'],
    flagWrong: [',,', 'é', 'none'],
  },
  'csv.quote': {
    types: ['string'],
    right: ['"', "'", ''],
    wrong: ['""', 'é', '\n'],
    flagRight: ['"', 'none'],
    flagWrong: ['""', 'é', 'tab'],
  },
  'csv.comment': {
    types: ['string'],
    right: ['#', ';', ''],
    wrong: ['##', 'é', '\n'],
    flagRight: ['#', 'none'],
    flagWrong: ['//', 'é', 'tab'],
  },
  where: {
    types: ['string', 'list'],
    right: ['purchase,view_*', ['a', '!b']],
    wrong: ['', [], [''], ['a', 1]],
    flagRight: ['purchase,view_*'],
  },
  dedupe: flag,
  dedupeMemory: { ...size(MIB, ANY), flagRight: ['1MiB', '8m', '1048576'] },
  insertId: words('uuid', 'any', 'derive'),
  limits: words('warn', 'reject', 'off'),
  identifiers: words('map', 'json'),
  flatten: flag,
  maxLine: size(1, 24 * MIB),
  from: day,
  until: day,
  allowEmpty: flag,
  anyDay: flag,
  unfinished: words('leave', 'commit'),
  minEvents: {
    types: ['number'],
    range: [1, ANY],
    right: [1, 1e6],
    wrong: [0, 1.5, '5'],
    flagRight: ['1', '1000000'],
    flagWrong: ['0', '-1', '1.5', 'some'],
  },
  maxRejects: {
    types: ['number', 'string'],
    range: [0, ANY],
    right: [0, 100, '100', '0.1%', '100%'],
    wrong: [-1, 0.5, '', '101%', 'some', '1e3', '-1%'],
    flagRight: ['0', '100', '0.1%', '100%'],
    flagWrong: ['-1', '0.5', '101%', 'some', '1e3', '-1%'],
  },
  onReject: callback,
  dryRun: flag,
  threads: {
    types: ['number'],
    range: [0, 256],
    right: [0, 256],
    wrong: [-1, 257, 1.5, '2'],
    flagRight: ['0', '256'],
    flagWrong: ['-1', '257', '1.5', 'two'],
  },
  memory: size(1, ANY),
  onProgress: callback,
  signal: abort,
};
