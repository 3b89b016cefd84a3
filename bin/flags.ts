import { CHOICES, type ConvertOptions } from '../lib/options/options.ts';
import type { StoreFlags } from './store-options.ts';
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
export interface FlagValues extends StoreFlags {
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

type Options = FlagValues['convert'];
type Setter = Flag['set'];

/** Sets options of the library. */
function option(of: (text: string, flag: string, before: Options) => Options): Setter {
  return ({ convert }, text, flag) => {
    Object.assign(convert, of(text, flag, convert));
  };
}

/** Sets some of the options of CSV. */
function csv(of: (text: string, flag: string) => Options['csv']): Setter {
  return option((text, flag, before) => ({ csv: { ...before.csv, ...of(text, flag) } }));
}

/** Sets what is for the command itself. */
function value(of: (text: string, flag: string) => Partial<FlagValues>): Setter {
  return (values, text, flag) => {
    Object.assign(values, of(text, flag));
  };
}

const GROUPS: Readonly<Record<string, readonly Omit<Flag, 'group'>[]>> = {
  'Files:': [
    {
      flags: '--to <dir>',
      help: 'folder, s3://bucket/prefix or gs://… that gets dt=YYYY-MM-DD/… (required)',
      set: value((text) => ({ to: text })),
    },
    {
      flags: '--endpoint <url>',
      help: 'server of an S3-compatible store or a GCS emulator (default: AWS or Google)',
      set: value((text, flag) => ({ endpoint: parseHttpUrl(flag, text) })),
    },
    {
      flags: '--key-file <file>',
      help: 'key file of a Google service account (default: GOOGLE_APPLICATION_CREDENTIALS, gcloud)',
      set: value((text) => ({ keyFile: text })),
    },
    {
      flags: '--region <name>',
      help: 'region of the bucket (default: as in the environment or profile, else us-east-1)',
      set: value((text) => ({ region: text })),
    },
    {
      flags: '--path-style',
      help: 'bucket in the path of S3 URLs, not in the host name (default with --endpoint)',
      set: value(() => ({ pathStyle: true })),
    },
    {
      flags: '--if-exists <how>',
      help: 'a day that has _SUCCESS already: fail, skip or replace (default: fail)',
      set: option((text, flag) => ({
        ifExists: parseChoice(flag, CHOICES.ifExists, text),
      })),
    },
    {
      flags: '--compression <codec>',
      help: 'snappy, zstd (Node >= 22.15), gzip or none (default: snappy)',
      set: option((text, flag) => ({
        compression: parseChoice(flag, CHOICES.compression, text),
      })),
    },
    {
      flags: '--compression-level <n>',
      help: 'level of zstd (1 to 22) or gzip (1 to 9)',
      set: option((text, flag) => ({ compressionLevel: parseInteger(flag, 1, 22, text) })),
    },
    {
      flags: '--row-group-size <size>',
      help: 'uncompressed size of a row group (default: 12MiB)',
      set: option((text, flag) => ({ rowGroupSize: parseSize(flag, text) })),
    },
    {
      flags: '--file-size <size>',
      help: 'size after which a day gets another file (default: 256MiB)',
      set: option((text, flag) => ({ fileSize: parseSize(flag, text) })),
    },
  ],
  'Events:': [
    {
      flags: '--format <format>',
      help: 'ndjson, json, csv or tsv (default: each input is looked at)',
      set: option((text, flag) => ({
        format: parseChoice(flag, CHOICES.format, text),
      })),
    },
    {
      flags: '--json-path <path>',
      help: 'where the events are in a JSON document, such as data.events',
      set: option((text) => ({ jsonPath: text })),
    },
    {
      flags: '--mapping <file>',
      help: 'JSON file that says which field feeds which column (default: the fields bear the columns’ names)',
      set: option((text) => ({ mapping: text })),
    },
    {
      flags: '--preset <name>',
      help: 'ready mapping for a well-known source; hackle-import presets lists them',
      set: option((text) => ({ preset: text })),
    },
    {
      flags: '--set <key=text>',
      repeats: true,
      help: 'constant for events without one, such as platform_properties.appversion=1.2.3 (repeatable)',
      set: option((text, flag, { set }) => {
        const [key, constant] = parseSetting(flag, text);
        return { set: { ...set, [key]: constant } };
      }),
    },
    {
      flags: '--transform <file>',
      help: 'module whose default export is a function: event → event, events or null',
      set: option((text) => ({ transform: text })),
    },
    {
      flags: '--columns <names>',
      help: 'column names of CSV without a header line, with commas between: insert_id,ts,…',
      set: csv((text) => ({ columns: text.split(',').map((name) => name.trim()) })),
    },
    {
      flags: '--delimiter <char>',
      help: 'character between cells of CSV, or tab (default: , tab ; or |, as the first lines tell)',
      set: csv((text, flag) => ({ delimiter: parseCharacter(flag, text, { tab: '\t' }) })),
    },
    {
      flags: '--quote <char>',
      help: 'character around cells of CSV that have delimiters inside, or none (default: ")',
      set: csv((text, flag) => ({ quote: parseCharacter(flag, text, { none: '' }) })),
    },
    {
      flags: '--where <keys>',
      repeats: true,
      help: "only these events by event key: 'purchase,view_*', '!debug_*' leaves out (repeatable)",
      set: option((text, _flag, { where }) => ({ where: [...[where ?? []].flat(), text] })),
    },
    {
      flags: '--dedupe',
      help: 'of events with one insert_id on a day only the first (one thread at most)',
      set: option(() => ({ dedupe: true })),
    },
    {
      flags: '--dedupe-memory <size>',
      help: 'memory for the ids that --dedupe remembers, the rest goes to disk (default: 256MiB)',
      set: option((text, flag) => ({ dedupeMemory: parseSize(flag, text) })),
    },
    {
      flags: '--insert-id <mode>',
      help: 'uuid: required; any: any text; derive: an event without one gets one made of its content (default: uuid)',
      set: option((text, flag) => ({
        insertId: parseChoice(flag, CHOICES.insertId, text),
      })),
    },
    {
      flags: '--limits <mode>',
      help: 'events over the vendor’s limits: warn, reject or off (default: warn)',
      set: option((text, flag) => ({ limits: parseChoice(flag, CHOICES.limits, text) })),
    },
    {
      flags: '--identifiers <type>',
      help: 'type of the column identifiers: map, or json for a JSON string (default: map)',
      set: option((text, flag) => ({ identifiers: parseChoice(flag, CHOICES.identifiers, text) })),
    },
    {
      flags: '--flatten',
      help: 'nested values become keys such as a.b instead of JSON text',
      set: option(() => ({ flatten: true })),
    },
    {
      flags: '--max-line <size>',
      help: 'longest line, up to 24MiB; longer ones are rejected (default: 16MiB)',
      set: option((text, flag) => ({ maxLine: parseSize(flag, text) })),
    },
  ],
  'Days:': [
    {
      flags: '--date <day>',
      help: 'only events of this UTC day: 2023-01-01, yesterday or today',
      set: value((text) => ({ date: text })),
    },
    {
      flags: '--from <day>',
      help: 'only events of this UTC day and later',
      set: value((text) => ({ from: text })),
    },
    {
      flags: '--until <day>',
      help: 'only events up to this UTC day, itself included',
      set: value((text) => ({ until: text })),
    },
    {
      flags: '--tz <zone>',
      help: 'whose clock tells yesterday and today, such as Asia/Seoul (default: UTC)',
      set: value((text, flag) => ({ tz: parseTimeZone(flag, text) })),
    },
    {
      flags: '--allow-empty',
      help: 'days asked for that have no event get an empty folder with _SUCCESS',
      set: option(() => ({ allowEmpty: true })),
    },
  ],
  'Rejects:': [
    {
      flags: '--max-rejects <n|p%>',
      help: 'rejected events that still allow a commit: 100, or 0.1% of all (default: 0)',
      set: option((text, flag) => ({ maxRejects: parseBudget(flag, text) })),
    },
    {
      flags: '--rejects <file>',
      help: 'file that gets every rejected event and its reason, as NDJSON',
      set: value((text) => ({ rejects: text })),
    },
  ],
  'Run:': [
    {
      flags: '--dry-run',
      help: 'everything but writing',
      set: option(() => ({ dryRun: true })),
    },
    {
      flags: '--threads <n>',
      help: 'worker threads, 0 for none (default: one for each core)',
      set: option((text, flag) => ({ threads: parseInteger(flag, 0, 256, text) })),
    },
    {
      flags: '--memory <size>',
      help: 'memory to use over what Node itself takes (default: 256MiB)',
      set: option((text, flag) => ({ memory: parseSize(flag, text) })),
    },
    {
      flags: '--json',
      help: 'one JSON object with the result on stdout, errors as JSON on stderr',
      set: value(() => ({ json: true })),
    },
    {
      flags: '-q, --quiet',
      help: 'no progress and no summary, only errors',
      set: value(() => ({ quiet: true })),
    },
    {
      flags: '--no-color',
      help: 'no colours (also: NO_COLOR=1)',
      set: value(() => ({ color: false })),
    },
    {
      flags: '--debug',
      help: 'errors with their stack',
      set: value(() => ({ debug: true })),
    },
  ],
};

/** All flags of a run, in the order of its help. */
export const FLAGS: readonly Flag[] = Object.entries(GROUPS).flatMap(([group, flags]) =>
  flags.map((flag) => ({ group, ...flag })),
);
