import { CHOICES, type ConvertOptions } from '../lib/options.ts';
import type { StoreOptions } from '../lib/store/options.ts';
import {
  parseBudget,
  parseCharacter,
  parseChoice,
  parseHttpUrl,
  parseInteger,
  parseSetting,
  parseSize,
  parseTimeZone,
} from './values.ts';

/** What flags say, before they are looked at together. */
export interface FlagValues {
  convert: { -readonly [K in keyof ConvertOptions]?: ConvertOptions[K] };
  to?: string;
  date?: string;
  from?: string;
  until?: string;
  tz?: string;
  rejects?: string;
  json: boolean;
  quiet: boolean;
  debug: boolean;
  color: boolean;
}

/** One flag: the parser, the help and the checks are all made of this table. */
export interface Flag {
  /** As commander writes it: `-q, --quiet`, `--to <dir>`. */
  flags: string;
  group: string;
  help: string;
  /** May come several times; `set` is then called for each. */
  repeats?: boolean;
  /** Takes the value; a flag without one gets ''. */
  set: (values: FlagValues, text: string, flag: string) => void;
}

const EVENTS = 'Events:';
const DAYS = 'Days:';
const REJECTS = 'Rejects:';
const FILES = 'Files:';
const RUN = 'Run:';

function setStore({ convert }: FlagValues, options: StoreOptions): void {
  convert.store = { ...convert.store, ...options };
}

export const FLAGS: readonly Flag[] = [
  {
    flags: '--to <dir>',
    group: FILES,
    help: 'folder, s3://bucket/prefix or gs://… that gets dt=YYYY-MM-DD/… (required)',
    set: (values, text) => {
      values.to = text;
    },
  },
  {
    flags: '--endpoint <url>',
    group: FILES,
    help: 'server of an S3-compatible store or a GCS emulator (default: AWS or Google)',
    set: (values, text, flag) => {
      setStore(values, { endpoint: parseHttpUrl(flag, text) });
    },
  },
  {
    flags: '--key-file <file>',
    group: FILES,
    help: 'key file of a Google service account (default: GOOGLE_APPLICATION_CREDENTIALS, gcloud)',
    set: (values, text) => {
      setStore(values, { keyFile: text });
    },
  },
  {
    flags: '--region <name>',
    group: FILES,
    help: 'region of the bucket (default: as in the environment or profile, else us-east-1)',
    set: (values, text) => {
      setStore(values, { region: text });
    },
  },
  {
    flags: '--path-style',
    group: FILES,
    help: 'bucket in the path of S3 URLs, not in the host name (default with --endpoint)',
    set: (values) => {
      setStore(values, { pathStyle: true });
    },
  },
  {
    flags: '--if-exists <how>',
    group: FILES,
    help: 'a day that has _SUCCESS already: fail, skip or replace (default: fail)',
    set: ({ convert }, text, flag) => {
      convert.ifExists = parseChoice(flag, CHOICES.ifExists, text);
    },
  },
  {
    flags: '--compression <codec>',
    group: FILES,
    help: 'snappy, zstd (Node >= 22.15), gzip or none (default: snappy)',
    set: ({ convert }, text, flag) => {
      convert.compression = parseChoice(flag, CHOICES.compression, text);
    },
  },
  {
    flags: '--compression-level <n>',
    group: FILES,
    help: 'level of zstd (1 to 22) or gzip (1 to 9)',
    set: ({ convert }, text, flag) => {
      convert.compressionLevel = parseInteger(flag, 1, 22, text);
    },
  },
  {
    flags: '--row-group-size <size>',
    group: FILES,
    help: 'uncompressed size of a row group (default: 12MiB)',
    set: ({ convert }, text, flag) => {
      convert.rowGroupSize = parseSize(flag, text);
    },
  },
  {
    flags: '--file-size <size>',
    group: FILES,
    help: 'size after which a day gets another file (default: 256MiB)',
    set: ({ convert }, text, flag) => {
      convert.fileSize = parseSize(flag, text);
    },
  },
  {
    flags: '--format <format>',
    group: EVENTS,
    help: 'ndjson, json, csv or tsv (default: each input is looked at)',
    set: ({ convert }, text, flag) => {
      convert.format = parseChoice(flag, CHOICES.format, text);
    },
  },
  {
    flags: '--json-path <path>',
    group: EVENTS,
    help: 'where the events are in a JSON document, such as data.events',
    set: ({ convert }, text) => {
      convert.jsonPath = text;
    },
  },
  {
    flags: '--mapping <file>',
    group: EVENTS,
    help: 'JSON file that says which field feeds which column (default: the fields bear the columns’ names)',
    set: ({ convert }, text) => {
      convert.mapping = text;
    },
  },
  {
    flags: '--preset <name>',
    group: EVENTS,
    help: 'ready mapping for a well-known source; hackle-import presets lists them',
    set: ({ convert }, text) => {
      convert.preset = text;
    },
  },
  {
    flags: '--set <key=text>',
    repeats: true,
    group: EVENTS,
    help: 'constant for events without one, such as platform_properties.appversion=1.2.3 (repeatable)',
    set: ({ convert }, text, flag) => {
      const [key, value] = parseSetting(flag, text);
      convert.set = { ...convert.set, [key]: value };
    },
  },
  {
    flags: '--transform <file>',
    group: EVENTS,
    help: 'module whose default export is a function: event → event, events or null',
    set: ({ convert }, text) => {
      convert.transform = text;
    },
  },
  {
    flags: '--columns <names>',
    group: EVENTS,
    help: 'column names of CSV without a header line, with commas between: insert_id,ts,…',
    set: ({ convert }, text) => {
      convert.csv = { ...convert.csv, columns: text.split(',').map((name) => name.trim()) };
    },
  },
  {
    flags: '--delimiter <char>',
    group: EVENTS,
    help: 'character between cells of CSV, or tab (default: , tab ; or |, as the first lines tell)',
    set: ({ convert }, text, flag) => {
      convert.csv = { ...convert.csv, delimiter: parseCharacter(flag, text, { tab: '\t' }) };
    },
  },
  {
    flags: '--quote <char>',
    group: EVENTS,
    help: 'character around cells of CSV that have delimiters inside, or none (default: ")',
    set: ({ convert }, text, flag) => {
      convert.csv = { ...convert.csv, quote: parseCharacter(flag, text, { none: '' }) };
    },
  },
  {
    flags: '--where <keys>',
    repeats: true,
    group: EVENTS,
    help: "only these events by event key: 'purchase,view_*', '!debug_*' leaves out (repeatable)",
    set: ({ convert }, text) => {
      convert.where = [...[convert.where ?? []].flat(), text];
    },
  },
  {
    flags: '--dedupe',
    group: EVENTS,
    help: 'of events with one insert_id on a day only the first (one thread at most)',
    set: ({ convert }) => {
      convert.dedupe = true;
    },
  },
  {
    flags: '--dedupe-memory <size>',
    group: EVENTS,
    help: 'memory for the ids that --dedupe remembers, the rest goes to disk (default: 256MiB)',
    set: ({ convert }, text, flag) => {
      convert.dedupeMemory = parseSize(flag, text);
    },
  },
  {
    flags: '--insert-id <mode>',
    group: EVENTS,
    help: 'uuid: required; any: any text; derive: an event without one gets one made of its content (default: uuid)',
    set: ({ convert }, text, flag) => {
      convert.insertId = parseChoice(flag, CHOICES.insertId, text);
    },
  },
  {
    flags: '--limits <mode>',
    group: EVENTS,
    help: 'events over the vendor’s limits: warn, reject or off (default: warn)',
    set: ({ convert }, text, flag) => {
      convert.limits = parseChoice(flag, CHOICES.limits, text);
    },
  },
  {
    flags: '--identifiers <type>',
    group: EVENTS,
    help: 'type of the column identifiers: map, or json for a JSON string (default: map)',
    set: ({ convert }, text, flag) => {
      convert.identifiers = parseChoice(flag, CHOICES.identifiers, text);
    },
  },
  {
    flags: '--flatten',
    group: EVENTS,
    help: 'nested values become keys such as a.b instead of JSON text',
    set: ({ convert }) => {
      convert.flatten = true;
    },
  },
  {
    flags: '--max-line <size>',
    group: EVENTS,
    help: 'longest line, up to 24MiB; longer ones are rejected (default: 16MiB)',
    set: ({ convert }, text, flag) => {
      convert.maxLine = parseSize(flag, text);
    },
  },
  {
    flags: '--date <day>',
    group: DAYS,
    help: 'only events of this UTC day: 2023-01-01, yesterday or today',
    set: (values, text) => {
      values.date = text;
    },
  },
  {
    flags: '--from <day>',
    group: DAYS,
    help: 'only events of this UTC day and later',
    set: (values, text) => {
      values.from = text;
    },
  },
  {
    flags: '--until <day>',
    group: DAYS,
    help: 'only events up to this UTC day, itself included',
    set: (values, text) => {
      values.until = text;
    },
  },
  {
    flags: '--tz <zone>',
    group: DAYS,
    help: 'whose clock tells yesterday and today, such as Asia/Seoul (default: UTC)',
    set: (values, text, flag) => {
      values.tz = parseTimeZone(flag, text);
    },
  },
  {
    flags: '--allow-empty',
    group: DAYS,
    help: 'days asked for that have no event get an empty folder with _SUCCESS',
    set: ({ convert }) => {
      convert.allowEmpty = true;
    },
  },
  {
    flags: '--max-rejects <n|p%>',
    group: REJECTS,
    help: 'rejected events that still allow a commit: 100, or 0.1% of all (default: 0)',
    set: ({ convert }, text, flag) => {
      convert.maxRejects = parseBudget(flag, text);
    },
  },
  {
    flags: '--rejects <file>',
    group: REJECTS,
    help: 'file that gets every rejected event and its reason, as NDJSON',
    set: (values, text) => {
      values.rejects = text;
    },
  },
  {
    flags: '--dry-run',
    group: RUN,
    help: 'everything but writing',
    set: ({ convert }) => {
      convert.dryRun = true;
    },
  },
  {
    flags: '--threads <n>',
    group: RUN,
    help: 'worker threads, 0 for none (default: one for each core)',
    set: ({ convert }, text, flag) => {
      convert.threads = parseInteger(flag, 0, 256, text);
    },
  },
  {
    flags: '--memory <size>',
    group: RUN,
    help: 'memory to use over what Node itself takes (default: 256MiB)',
    set: ({ convert }, text, flag) => {
      convert.memory = parseSize(flag, text);
    },
  },
  {
    flags: '--json',
    group: RUN,
    help: 'one JSON object with the result on stdout, errors as JSON on stderr',
    set: (values) => {
      values.json = true;
    },
  },
  {
    flags: '-q, --quiet',
    group: RUN,
    help: 'no progress and no summary, only errors',
    set: (values) => {
      values.quiet = true;
    },
  },
  {
    flags: '--no-color',
    group: RUN,
    help: 'no colours (also: NO_COLOR=1)',
    set: (values) => {
      values.color = false;
    },
  },
  {
    flags: '--debug',
    group: RUN,
    help: 'errors with their stack',
    set: (values) => {
      values.debug = true;
    },
  },
];
