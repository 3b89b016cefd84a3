// Every option of `convert`. The library's checks, the command's flags, its help and docs/options.md derive from
// this table, so that it is the only place that knows an option's type, range, default and meaning.

import type { IfExists } from '../commit/partition-commit.ts';
import type { Compression } from '../parquet/options.ts';
import type { CsvOptions } from '../parse/csv/options.ts';
import { FORMAT_NAMES } from '../parse/formats.ts';
import type { IdentifiersMode, InsertIdMode, LimitsMode } from '../record/modes.ts';
import type { UnfinishedMode } from '../route/day-rules.ts';
import { isByteStream, isNamedStream } from '../source/byte-stream.ts';
import { isCommandInput } from '../source/command.ts';
import type { FollowGrowth } from '../source/input-file.ts';
import { CLOUDS } from '../store/clouds.ts';
import { STORE_DEFAULTS, type StoreOptions } from '../store/options.ts';
import { DEFAULTS } from './defaults.ts';
import * as kinds from './kinds.ts';
import type { Kind, Option } from './option.ts';
import type { ConvertOptions } from './options.ts';

const KIB = 1 << 10;
const MIB = 1 << 20;
const GIB = 1 << 30;
/** S3 and Google Cloud Storage take no larger object. */
const LARGEST_OBJECT = 5 * KIB * GIB;
/** S3 takes no larger part. */
const LARGEST_PART = 5 * GIB;
/** Google Cloud Storage takes multiples of this only. */
const SMALLEST_PART = 256 * KIB;
/** Linear memory ends at 4 GiB, and a batch of one event takes up to 64 times its bytes of addresses there. */
const LONGEST_LINE = 24 * MIB;
/** With less, a lookup in a large file would have to look at hundreds of sorted runs. */
const LEAST_DEDUPE_MEMORY = MIB;
/** A year; a file that is older has settled. */
const LONGEST_SETTLE = 366 * 86_400;
/** A timer of Node takes no more milliseconds; with more it fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

type S3Options = NonNullable<StoreOptions['s3']>;

const input: Kind = {
  expected: 'a path, a URL, a stream of bytes, { name, stream } or { command: [program, …] }',
  accepts: (value) =>
    typeof value === 'string' ||
    value instanceof URL ||
    isByteStream(value) ||
    isNamedStream(value) ||
    isCommandInput(value),
};

const output: Kind = {
  expected: 'a folder, a URL or a store',
  accepts: (value) =>
    (typeof value === 'string' && value !== '') ||
    value instanceof URL ||
    (kinds.isObject(value) && 'list' in value && kinds.isFunction(value.list)),
};

/** Options of S3 and of servers that speak its protocol. */
const S3: Readonly<Record<keyof S3Options, Option>> = {
  endpoint: {
    group: 'Clouds',
    kind: kinds.httpUrl,
    flag: '--endpoint <url>',
    sentence: 'server that speaks S3',
    otherwise: 'AWS_ENDPOINT_URL_S3, else AWS',
  },
  region: {
    group: 'Clouds',
    kind: kinds.text('the name of a region'),
    flag: '--region <name>',
    sentence: 'region of the S3 bucket',
    otherwise: 'that of the environment or profile, else us-east-1',
  },
  pathStyle: {
    group: 'Clouds',
    kind: kinds.yesOrNo,
    flag: '--path-style',
    sentence: 'puts the bucket into the path of S3 URLs, not into the host name',
    otherwise: 'on with an endpoint',
  },
  sse: {
    group: 'Clouds',
    kind: kinds.word<NonNullable<S3Options['sse']>>(['AES256', 'aws:kms', 'aws:kms:dsse']),
    flag: '--sse <kind>',
    sentence: 'encryption that S3 is asked for with each file',
    otherwise: 'as the bucket is set',
    danger: 'aws:kms takes kms:GenerateDataKey and kms:Decrypt on the key.',
  },
  sseKmsKeyId: {
    group: 'Clouds',
    kind: kinds.text('the id, alias or ARN of a key'),
    flag: '--sse-kms-key-id <key>',
    sentence: 'key of KMS for the encryption; means --sse aws:kms',
    otherwise: 'that of the bucket',
  },
  acl: {
    group: 'Clouds',
    kind: kinds.word<NonNullable<S3Options['acl']>>([
      'bucket-owner-full-control',
      'bucket-owner-read',
      'private',
    ]),
    flag: '--acl <name>',
    sentence: 'ACL of each file in S3; buckets of other accounts demand bucket-owner-full-control',
    otherwise: 'none is named',
    danger: 'It takes s3:PutObjectAcl, which is not on the page of the vendor.',
  },
  requestPayer: {
    group: 'Clouds',
    kind: kinds.yesOrNo,
    flag: '--request-payer',
    sentence: 'agrees to pay for requests to S3 buckets where the requester pays',
    default: false,
  },
};

/** Options of Google Cloud Storage. */
const GCS: Readonly<Record<keyof NonNullable<StoreOptions['gcs']>, Option>> = {
  endpoint: {
    group: 'Clouds',
    kind: kinds.httpUrl,
    flag: '--endpoint <url>',
    sentence: 'emulator of Google Cloud Storage',
    otherwise: 'STORAGE_EMULATOR_HOST, else Google',
  },
  keyFile: {
    group: 'Clouds',
    kind: kinds.text('the path of a JSON key file'),
    flag: '--key-file <file>',
    sentence: 'key file of a Google service account',
    otherwise: 'GOOGLE_APPLICATION_CREDENTIALS, gcloud or the machine',
  },
  userProject: {
    group: 'Clouds',
    kind: kinds.text('the id of a Google Cloud project'),
    flag: '--user-project <id>',
    sentence:
      'Google Cloud project that is billed for requests to buckets where the requester pays',
    otherwise: "the bucket's own is billed",
  },
  kmsKey: {
    group: 'Clouds',
    kind: kinds.text('the name of a key of Cloud KMS'),
    flag: '--kms-key <name>',
    sentence: 'key of Cloud KMS for each file: projects/P/locations/L/keyRings/R/cryptoKeys/K',
    otherwise: 'as the bucket is set',
  },
};

/** Options of every store, and of each cloud. */
export const STORE: Readonly<Record<keyof StoreOptions, Option>> = {
  partSize: {
    group: 'Clouds',
    kind: kinds.bytes({ least: SMALLEST_PART, most: LARGEST_PART }),
    sentence: 'size of the parts in which files are uploaded',
    default: STORE_DEFAULTS.partSize,
    danger: 'Uploads take about ten times this memory. S3 takes no parts below 5MiB.',
  },
  concurrency: {
    group: 'Clouds',
    kind: kinds.whole({ least: 1 }),
    sentence: 'uploads of parts and small files at the same time, in the whole run',
    default: STORE_DEFAULTS.concurrency,
    danger: 'Each takes the memory of a part.',
  },
  timeout: {
    group: 'Clouds',
    kind: kinds.whole({ least: 1, most: LONGEST_TIMER, unit: 'milliseconds' }),
    sentence: 'time without any progress after which a request counts as failed',
    default: STORE_DEFAULTS.timeout,
  },
  retryFor: {
    group: 'Clouds',
    kind: kinds.whole({ least: 0, unit: 'milliseconds' }),
    sentence: 'time for which a failing request is tried again',
    default: STORE_DEFAULTS.retryFor,
  },
  onRetry: {
    group: 'Clouds',
    kind: kinds.callback,
    sentence: 'called when a request failed and will be tried again',
  },
  onNote: {
    group: 'Clouds',
    kind: kinds.callback,
    sentence:
      'called with a sentence where a server is unlike its protocol and a weaker check is used',
  },
  signal: {
    group: 'Clouds',
    kind: kinds.abortSignal,
    sentence: 'ends uploads and retries, but not the clean-up after a run',
    otherwise: 'the signal of the run',
  },
  s3: {
    group: 'Clouds',
    kind: kinds.options(S3),
    sentence: 'options of S3 and of servers that speak its protocol',
  },
  gcs: {
    group: 'Clouds',
    kind: kinds.options(GCS),
    sentence: 'options of Google Cloud Storage',
  },
};

const CSV: Readonly<Record<keyof CsvOptions, Option>> = {
  columns: {
    group: 'Events',
    kind: kinds.columnNames,
    flag: '--columns <names>',
    sentence: 'column names of CSV without a header line: insert_id,ts,…',
    otherwise: 'the header line',
  },
  delimiter: {
    group: 'Events',
    kind: kinds.character({ tab: '\t' }),
    flag: '--delimiter <char>',
    sentence: 'character between cells of CSV, or tab',
    otherwise: 'the one of , tab ; | and U+0001 on which the first lines agree',
  },
  quote: {
    group: 'Events',
    kind: kinds.character({ none: '' }),
    flag: '--quote <char>',
    sentence: 'character around cells of CSV that contain delimiters, or none',
    otherwise: '"',
  },
  comment: {
    group: 'Events',
    kind: kinds.character({ none: '' }),
    flag: '--comment <char>',
    sentence: 'character with which lines of CSV begin that are no records, or none',
    otherwise: 'none, or # in W3C logs',
  },
};

/** The options of `convert`, in the order of `--help`. */
export const OPTIONS: Readonly<Record<keyof ConvertOptions, Option>> = {
  inputs: {
    group: 'Files',
    kind: kinds.listOf(input, 'a list of paths, URLs or streams'),
    sentence: 'files, folders, patterns in quotes, or - for standard input',
    required: true,
  },
  filesFrom: {
    group: 'Files',
    kind: kinds.text('the name of a file'),
    flag: '--files-from <file>',
    sentence: 'file with further inputs, one a line, or - for standard input',
  },
  limit: {
    group: 'Files',
    kind: kinds.whole({ least: 1 }),
    flag: '--limit <n>',
    sentence: 'reads the first n events only, for a try; without worker threads',
    otherwise: 'reads all',
    danger:
      'The days of these events are committed without the others: use a folder of their own, or --dry-run.',
  },
  to: {
    group: 'Files',
    kind: output,
    flag: '--to <dir>',
    sentence: `folder, or ${CLOUDS.map(({ scheme }) => `${scheme}://bucket/prefix`).join(' or ')}, that gets dt=YYYY-MM-DD/…`,
    required: true,
  },
  followGrowth: {
    group: 'Files',
    kind: kinds.choice<FollowGrowth>({
      off: 'ends the run',
      ignore: 'reads the bytes that it has at first',
    }),
    flag: '--follow-growth <how>',
    sentence: 'what to do with an input file that grows while it is read',
    default: DEFAULTS.followGrowth,
    danger:
      'With ignore the last event may be cut off, and what is written later is in no file. Any other change of a file ends the run.',
  },
  settle: {
    group: 'Files',
    kind: kinds.whole({ least: 0, most: LONGEST_SETTLE, unit: 'seconds' }),
    flag: '--settle <seconds>',
    sentence:
      'refuses input files that changed in the last so many seconds, before anything is read',
    otherwise: 'takes files of any age',
    danger: 'Says nothing of pipes and objects, whose writers finish before they can be read.',
  },
  ifExists: {
    group: 'Files',
    kind: kinds.word<IfExists>(['fail', 'skip', 'replace']),
    flag: '--if-exists <how>',
    sentence: 'what to do with a day that has _SUCCESS already',
    default: DEFAULTS.ifExists,
    danger:
      'With replace a day has no _SUCCESS while its new files take the place of the old ones, after everything was read: a moment, unless the run is killed then.',
  },
  allowShrink: {
    group: 'Files',
    kind: kinds.yesOrNo,
    flag: '--allow-shrink',
    sentence: 'lets replace leave a day with fewer events than it had',
    default: DEFAULTS.allowShrink,
    danger: 'The events that are not in the input of this run are lost.',
  },
  compression: {
    group: 'Files',
    kind: kinds.word<Compression>(['snappy', 'zstd', 'gzip', 'none']),
    flag: '--compression <codec>',
    sentence: 'codec of the Parquet pages; zstd needs Node 22.15',
    default: DEFAULTS.compression,
  },
  compressionLevel: {
    group: 'Files',
    kind: kinds.whole({ least: 1, most: 22 }),
    flag: '--compression-level <n>',
    sentence: 'level of zstd, or of gzip up to 9',
    otherwise: "the codec's fast level",
    danger: 'At high levels the codec takes most of the time of a run.',
  },
  rowGroupSize: {
    group: 'Files',
    kind: kinds.bytes({ least: 1 }),
    flag: '--row-group-size <size>',
    sentence: 'uncompressed size of a row group',
    default: DEFAULTS.rowGroupSize,
    danger:
      'The values of much larger row groups no longer fit a dictionary, and files grow. Very small ones cost readers and writers time.',
  },
  fileSize: {
    group: 'Files',
    kind: kinds.bytes({ least: 1, most: LARGEST_OBJECT }),
    flag: '--file-size <size>',
    sentence: 'size at which a day starts another file',
    default: DEFAULTS.fileSize,
    danger:
      'A cloud takes at most 10,000 parts of a file: from 64GiB on, parts grow, and with them the memory of uploads.',
  },
  store: {
    group: 'Clouds',
    kind: kinds.options(STORE),
    sentence: 'how the clouds are reached, for inputs and output',
  },
  format: {
    group: 'Events',
    kind: kinds.word(FORMAT_NAMES),
    flag: '--format <format>',
    sentence: 'format of every input',
    otherwise: 'detected from each input',
  },
  jsonPath: {
    group: 'Events',
    kind: kinds.text('a path such as data.events'),
    flag: '--json-path <path>',
    sentence: 'where the events are in a JSON document, such as data.events',
    otherwise: 'the document is an array of events, or an event',
  },
  mapping: {
    group: 'Events',
    kind: kinds.fileOr('a mapping, or the path of a JSON file with one', kinds.isObject),
    flag: '--mapping <file>',
    sentence: 'JSON file that says which field feeds which column',
    otherwise: "the fields have the columns' names",
  },
  preset: {
    group: 'Events',
    kind: kinds.text('the name of a preset'),
    flag: '--preset <name>',
    sentence: 'ready mapping for a well-known source; hackle-import presets lists them',
  },
  set: {
    group: 'Events',
    kind: kinds.constants,
    flag: '--set <key=text>',
    sentence: 'constant for events without one, such as platform_properties.appversion=1.2.3',
  },
  transform: {
    group: 'Events',
    kind: kinds.fileOr('a function, or the path of a module', kinds.isFunction),
    flag: '--transform <file>',
    sentence:
      "module whose default export is a function: event → event, events or null; it has this process's rights",
    danger:
      'The module has all rights of the process: files, network, credentials. It runs in the worker threads: keep no state between events. A function runs on the calling thread, without worker threads.',
  },
  csv: {
    group: 'Events',
    kind: kinds.options(CSV),
    sentence: 'how inputs in CSV are written; makes CSV the format where no other is given',
  },
  where: {
    group: 'Events',
    kind: kinds.patterns,
    flag: '--where <keys>',
    sentence: "only these events by event key: 'purchase,view_*', '!debug_*' leaves out",
  },
  dedupe: {
    group: 'Events',
    kind: kinds.yesOrNo,
    flag: '--dedupe',
    sentence: 'writes only the first of the events with one insert_id on a day, in one thread',
    default: DEFAULTS.dedupe,
    danger: 'Compares the events of this run only.',
  },
  dedupeMemory: {
    group: 'Events',
    kind: kinds.bytes({ least: LEAST_DEDUPE_MEMORY }),
    flag: '--dedupe-memory <size>',
    sentence: 'memory for the ids that dedupe remembers; the rest goes to disk',
    default: DEFAULTS.dedupeMemory,
    danger:
      'Comes on top of `memory`; more than 2GiB is not used. With less than 3 bytes an id, most events read the disk.',
  },
  insertId: {
    group: 'Events',
    kind: kinds.choice<InsertIdMode>({
      uuid: 'required',
      any: 'any text',
      derive: 'an event without a UUID gets one made from its content',
    }),
    flag: '--insert-id <mode>',
    sentence: 'which insert_ids are taken',
    default: DEFAULTS.insertId,
    danger: "With any, ids get into the files that are not the UUIDs of the vendor's page.",
  },
  limits: {
    group: 'Events',
    kind: kinds.word<LimitsMode>(['warn', 'reject', 'off']),
    flag: '--limits <mode>',
    sentence: "what to do with events over the vendor's limits",
    default: DEFAULTS.limits,
  },
  identifiers: {
    group: 'Events',
    kind: kinds.choice<IdentifiersMode>({ map: 'a MAP of texts', json: 'a JSON string' }),
    flag: '--identifiers <type>',
    sentence: 'Parquet type of the column identifiers',
    default: DEFAULTS.identifiers,
  },
  flatten: {
    group: 'Events',
    kind: kinds.yesOrNo,
    flag: '--flatten',
    sentence: 'turns nested values into keys such as a.b instead of JSON text',
    default: DEFAULTS.flatten,
  },
  maxLine: {
    group: 'Events',
    kind: kinds.bytes({ least: 1, most: LONGEST_LINE }),
    flag: '--max-line <size>',
    sentence: 'longest line; longer ones are rejected',
    default: DEFAULTS.maxLine,
  },
  from: {
    group: 'Days',
    kind: kinds.day,
    flag: '--from <day>',
    sentence: 'only events of this UTC day and later',
  },
  until: {
    group: 'Days',
    kind: kinds.day,
    flag: '--until <day>',
    sentence: 'only events up to this UTC day, itself included',
  },
  unfinished: {
    group: 'Days',
    kind: kinds.choice<UnfinishedMode>({
      leave: 'its events are left out',
      commit: 'it is committed with the events that are there',
    }),
    flag: '--unfinished <how>',
    sentence: "what to do with a UTC day that is not over by this machine's clock",
    default: DEFAULTS.unfinished,
    danger:
      'With commit readers take such a day for complete, though events of it are still to come.',
  },
  anyDay: {
    group: 'Days',
    kind: kinds.yesOrNo,
    flag: '--any-day',
    sentence:
      'takes times before 2000-01-01 or more than a day ahead of now, which are rejected otherwise',
    default: DEFAULTS.anyDay,
    danger: 'Epoch numbers in a wrong unit then make days such as 1970-01-20.',
  },
  allowEmpty: {
    group: 'Days',
    kind: kinds.yesOrNo,
    flag: '--allow-empty',
    sentence:
      'takes no events as right; days asked for without any get an empty folder with _SUCCESS',
    default: DEFAULTS.allowEmpty,
    danger: 'Readers take such a day for complete.',
  },
  minEvents: {
    group: 'Days',
    kind: kinds.whole({ least: 1 }),
    flag: '--min-events <n>',
    sentence:
      'fewest events of the run, and of each day if days are asked for; with fewer nothing is committed',
    default: DEFAULTS.minEvents,
  },
  maxRejects: {
    group: 'Rejects',
    kind: kinds.budget,
    flag: '--max-rejects <n|p%>',
    sentence: 'rejected events that still allow a commit',
    default: DEFAULTS.maxRejects,
    danger: 'The days are committed without the rejected events.',
  },
  onReject: {
    group: 'Rejects',
    kind: kinds.callback,
    sentence: 'called for each rejected event, in order; a returned promise slows the reader down',
  },
  dryRun: {
    group: 'Run',
    kind: kinds.yesOrNo,
    flag: '--dry-run',
    sentence: 'does everything but writing',
    default: DEFAULTS.dryRun,
  },
  threads: {
    group: 'Run',
    kind: kinds.whole({ least: 0, most: 256 }),
    flag: '--threads <n>',
    sentence: 'worker threads, 0 for none; another number gives other files of the same events',
    otherwise: 'one for each core, or none for small inputs',
    danger:
      'Files are byte-identical only for the same number, input and options; give a number where files of several machines are compared.',
  },
  memory: {
    group: 'Run',
    kind: kinds.bytes({ least: 1 }),
    flag: '--memory <size>',
    sentence: 'memory to use beyond what Node itself takes',
    default: DEFAULTS.memory,
    danger:
      'With little memory, files get many small row groups. Events near `maxLine` come on top: up to four times their size for each thread.',
  },
  onProgress: {
    group: 'Run',
    kind: kinds.callback,
    sentence: 'called about ten times a second',
  },
  signal: {
    group: 'Run',
    kind: kinds.abortSignal,
    sentence: 'ends the run without a commit',
  },
};
