// What both builds are asked to do.
import { basename } from 'node:path';
import { COLUMNS, HAS_ZSTD, presetInputs } from './inputs.ts';

export interface Case {
  name: string;
  /** After the command's name; `STORE` is the prefix in the bucket of a test server. */
  args: readonly string[];
  /** Exit code of the base. Default 0. */
  code?: number;
  /** Shell commands that run the command, which is `"$0" "$@"`. */
  shell?: string;
  /** The test server that is started. */
  store?: 's3' | 'gcs';
  /** Runs the command twice; these are added to the second run, which is the one compared. */
  again?: readonly string[];
  /** Another script of the package instead of the command. */
  script?: string;
}

const REJECTS = '--max-rejects 100% --rejects rejects.ndjson';
const THREADS = [0, 1, 2, 3].map((count) => `--threads ${count}`);
const INLINE_AND_THREADS = ['--threads 0', '--threads 2'];

/** Every word of one list with every word of the next. */
function cross(...lists: readonly (readonly string[])[]): string[] {
  return lists.reduce<string[]>(
    (lines, list) => lines.flatMap((line) => list.map((next) => `${line} ${next}`.trim())),
    [''],
  );
}

/** Cases of command lines, whose output goes to a folder unless they say where. */
function cases(lines: readonly string[], more: Omit<Case, 'name' | 'args'> = {}): Case[] {
  const { store, again, shell, script } = more;
  const about = [store, shell, script, again && `again ${again.join(' ')}`].filter(Boolean);
  return lines.map((line) => {
    const words = line.split(' ');
    const name = [line, ...about.map((text) => `(${text})`)].join(' ');
    const to = script || words.includes('--to') ? [] : ['--to', 'out'];
    return { ...more, name, args: [...words, ...to] };
  });
}

/** Cases that print their report. */
function reported(lines: readonly string[], more: Omit<Case, 'name' | 'args'> = {}): Case[] {
  return cases(cross(lines, ['--json']), more);
}

const FORMATS = [
  ...['small.json', 'bom-crlf.ndjson', 'concatenated.json', 'pretty.json'],
  'nested.json --json-path data.events',
  ...['small.csv', 'small.tsv', 'quoted.csv', 'semicolons.csv', 'bars.csv --delimiter |'],
  "apostrophes.csv --quote '",
  'unquoted.tsv --quote none',
  `headless.csv --columns ${COLUMNS}`,
  ...['small.ndjson.gz', 'small.csv.gz', 'without-name', 'members.ndjson.gz', 'small.ndjson.br'],
  'members.zip',
  ...(HAS_ZSTD ? ['small.ndjson.zst', 'members.ndjson.zst'] : []),
].map((input) => `in/${input}`);

const BIG = ['big.ndjson', 'big.csv', 'big.json', 'big.tsv', 'big.ndjson.gz', 'big.zip'].map(
  (input) => `in/${input}`,
);
const DAYS = ['in/mixed-days.ndjson', 'in/days-in-order.ndjson', 'in/row-groups.ndjson'];

/** Options of the output. */
const OUTPUT = [
  ...['none', 'gzip', 'snappy'].map((codec) => `--compression ${codec}`),
  ...[1, 6, 9].map((level) => `--compression gzip --compression-level ${level}`),
  ...(HAS_ZSTD ? [1, 3, 19] : []).map((n) => `--compression zstd --compression-level ${n}`),
  '--row-group-size 300KiB',
  '--row-group-size 100KiB --file-size 400KiB --compression none',
  '--row-group-size 1 --file-size 1',
  '--memory 8MiB --row-group-size 2MiB',
  '--dry-run',
];

/** Options of the events. */
const EVENTS = [
  '--where view_*,purchase',
  '--where !view_* --where !search',
  '--dedupe --threads 1',
  '--date 2024-01-02',
  '--from 2024-01-02',
  '--until 2024-01-02',
  '--from 2024-01-02 --until 2024-01-05 --allow-empty',
  '--date 2020-01-01 --allow-empty',
  '--transform in/transform.mjs',
];

/** Options that matter most for events that nobody would send. */
const ODD = [
  '',
  '--limits reject',
  '--limits off',
  '--insert-id any',
  '--insert-id derive',
  '--identifiers json',
  '--flatten',
  '--flatten --identifiers json --limits reject --insert-id derive',
  '--max-line 600',
  '--dedupe --threads 0',
  '--where p*',
  '--from 2000-01-01 --until 2030-01-01',
  '--transform in/transform.mjs',
  '--set platform_properties.appversion=1 --set metric_value=2',
];

/** What some sources lack altogether. */
const SET = '--set platform_properties.osname=web --set platform_properties.appversion=1.2.3';
const PRESETS = presetInputs().map((file) => basename(file));
const flagsOf = (input: string): string => `--preset ${input.split('.')[0]} ${SET} ${REJECTS}`;

const MAPPED = Array.from({ length: 7 }, (_, n) => `--mapping in/mapping-${n}.json`);
const WIKIPEDIA = 'in/wikipedia.ndjson.gz --mapping in/wikipedia.mapping.json';

const STDIN = ['small.ndjson', 'big.ndjson', 'quoted.csv', 'pretty.json', 'big.zip'];
const shells = (input: string): string[] => [
  `"$0" "$@" - < in/${input}`,
  `dd if=in/${input} bs=1000 status=none | "$0" "$@" -`,
  `mkfifo fifo && { cat in/${input} > fifo & "$0" "$@" fifo; }`,
];

/** Exit code → what ends with it. */
const FAILING: Record<number, string[]> = {
  1: [
    'in/truncated.ndjson.gz',
    'in/flipped.ndjson.gz',
    'in/truncated.zip',
    'in/encrypted.zip',
    'in/truncated.json',
    'in/wrong.json',
    'in/small.ndjson in/other.json --json-path rows',
    'in/small.json --json-path no.such',
    'in/utf16.ndjson',
    'in/binary.ndjson',
    'in/columns.csv',
    'in/nothing-here.ndjson',
    'in/small.ndjson --mapping in/wrong-mapping.json',
  ],
  2: [
    'in/small.ndjson --transform in/wrong-transform.mjs',
    'in/small.ndjson --preset amplitud',
    'in/braze.in.ndjson --preset braze',
    'in/small.ndjson --where',
  ],
  3: ['in/odd.ndjson', 'in/odd.ndjson --max-rejects 10 --rejects rejects.ndjson'],
};

const STORED = [
  'in/small.ndjson --to STORE',
  'in/big.ndjson --compression none --to STORE',
  'in/days-in-order.ndjson --until 2024-02-01 --threads 2 --to STORE',
  'STORE/raw/*.ndjson',
  'STORE/raw/small.csv STORE/raw/members.zip',
  'STORE/raw/*.gz --to STORE/copy',
];

export const CASES: readonly Case[] = [
  ...reported(cross(FORMATS, INLINE_AND_THREADS)),
  ...reported(cross(BIG, THREADS)),
  ...reported(cross(DAYS, INLINE_AND_THREADS)),
  ...reported(cross(['in/small.ndjson --threads 0', 'in/big.ndjson --threads 2'], OUTPUT)),
  ...reported(cross(['in/small.ndjson', 'in/small.json', 'in/big.csv'], EVENTS)),
  ...reported(cross(['in/events.ndjson --transform in/transform.mjs'], INLINE_AND_THREADS)),
  ...reported(cross(['in/ids.ndjson --dedupe --dedupe-memory 1MiB'], THREADS.slice(0, 2))),
  ...reported(cross(['in/mixed-days.ndjson --memory 1MiB'], INLINE_AND_THREADS)),
  ...reported(cross(['in/odd.ndjson', 'in/odd.csv', 'in/odd.json'], ODD, [REJECTS])),
  ...reported(cross(['in/limits.ndjson', 'in/odd-cells.csv'], ODD.slice(0, 3), [REJECTS])),
  ...reported(cross(['in/odd-big.ndjson --limits reject'], THREADS, [REJECTS])),
  ...reported(PRESETS.map((input) => `in/${input} ${flagsOf(input)}`)),
  ...reported(PRESETS.map((input) => `in/big-${input} --threads 2 ${flagsOf(input)}`)),
  ...reported(cross(['in/mapped.ndjson', 'in/mapped.json'], MAPPED, [REJECTS])),
  ...reported(cross(['in/mapped-big.ndjson --threads 2'], MAPPED.slice(0, 3), [REJECTS])),
  ...reported(cross([WIKIPEDIA], ['', '--row-group-size 200KiB', '--flatten'])),
  ...STDIN.flatMap((input) => shells(input).flatMap((shell) => reported([''], { shell }))),
  ...reported(['in/small.ndjson - in/small.csv'], { shell: '"$0" "$@" < in/small.json' }),
  ...reported(cross(['in/many/*.ndjson', 'in/many/*.ndjson in/big.ndjson'], THREADS)),
  ...reported(cross(['in/small.ndjson.gz in/small.csv in/small.json in/members.zip'], THREADS)),
  ...(['s3', 'gcs'] as const).flatMap((store) => [
    ...reported(STORED, { store }),
    ...reported(['in/small.ndjson --to STORE'], { store, again: ['--if-exists', 'replace'] }),
    ...reported(['in/small.ndjson --to STORE'], { store, again: [], code: 1 }),
  ]),
  ...['skip', 'replace'].flatMap((how) =>
    reported(['in/small.csv'], { again: ['--if-exists', how] }),
  ),
  ...reported(['in/small.csv'], { again: [], code: 1 }),
  ...Object.entries(FAILING).flatMap(([code, lines]) =>
    cases(cross(lines, ['', '--json']), { code: Number(code) }),
  ),
  ...cases([`in/odd.ndjson ${REJECTS}`, 'in/days-in-order.ndjson']),
  ...cases(['in/events.ndjson out'], { script: 'dist/samples/compose.js' }),
  ...cases(['in/events.ndjson out'], { script: 'dist/samples/own-stage.js' }),
];
