/**
 * DuckDB does the product's work in one statement.
 *
 *     node dist/bench/rivals/duckdb.js FILE DIR [--threads 1] [--compression snappy] [--plain]
 *
 * `--plain` runs the statement that a user would write from the manual. The default is the fastest statement found.
 * Forms that were compared with 400 MiB and one thread: `map()` and `map_from_entries()` check each map for repeated
 * keys through boxed values, which takes twice the time of everything else. Checking first which maps have a capital
 * letter saves a third of that. Writing the entries as a JSON object and casting it to MAP, as below, is the fastest
 * (1.8 times as fast as `map()`). With it, neither that check, nor a search for capitals in the maps' text, nor
 * values kept as raw JSON gain anything. Without insertion order and with a bound on row groups it is not slower, and
 * uses less memory. A dictionary limit that brings its snappy output near the size of the others makes it half as
 * fast. zstd uses level 1, as the product does.
 *
 * It does not do: validation, rejects, limits, counts, repeated keys in maps, fsync, `_SUCCESS`.
 */
import { parseArgs } from 'node:util';
import { loadDuckDb } from './install.ts';

const MAPS = ['identifiers', 'event_properties', 'user_properties', 'platform_properties'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '1' },
    compression: { type: 'string', default: 'snappy' },
    plain: { type: 'boolean', default: false },
  },
});
const [file, folder] = positionals;
if (file === undefined || folder === undefined) throw new Error('FILE and DIR are expected.');

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const plainKeys = (map: string): string => `
    map_from_entries(list_transform(map_entries(${map}),
        lambda e: {'key': lower(e.key), 'value': e.value})) AS ${map}`;
const fastestKeys = (map: string): string => `
    ('{' || array_to_string(list_transform(map_entries(${map}),
        lambda e: to_json(lower(e.key)) || ':' || to_json(e.value)), ',') || '}'
    )::JSON::MAP(VARCHAR, VARCHAR) AS ${map}`;

// The file's extension determines how it is read: NDJSON, an array (.json), or CSV with JSON in the cells of maps.
const [, format] = /\.(ndjson|json|csv)(?:\.gz|\.zst)?$/.exec(file) ?? [];
const columns = (map: string): string =>
  `{insert_id: 'VARCHAR', event_key: 'VARCHAR', ts: 'TIMESTAMP', metric_value: 'DECIMAL(24,6)',
    ${MAPS.map((name) => `${name}: '${map}'`).join(', ')}}`;
const source =
  format === 'csv'
    ? `(SELECT * REPLACE (${MAPS.map((m) => `${m}::JSON::MAP(VARCHAR, VARCHAR) AS ${m}`).join(', ')})
      FROM read_csv(${text(file)}, header = true, quote = '"', escape = '"',
        columns = ${columns('VARCHAR')}))`
    : `read_json(${text(file)}, format = '${format === 'json' ? 'array' : 'newline_delimited'}',
        columns = ${columns('MAP(VARCHAR, VARCHAR)')})`;
const level = values.compression === 'zstd' ? ', COMPRESSION_LEVEL 1' : '';
const rowGroups = values.plain ? '' : ", ROW_GROUP_SIZE_BYTES '12MiB'";

// date_trunc precedes the cast, which would round. dt needs no truncation.
const sql = `
COPY (
  SELECT insert_id, event_key,
    date_trunc('millisecond', ts)::TIMESTAMP_MS AS ts,
    coalesce(metric_value, 0) AS metric_value,${MAPS.map(values.plain ? plainKeys : fastestKeys).join(',')},
    ts::DATE AS dt
  FROM ${source}
) TO ${text(folder)} (
  FORMAT parquet, PARTITION_BY (dt), COMPRESSION ${values.compression}${level}${rowGroups}
)`;

const instance = await (await loadDuckDb()).DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run(`SET threads = ${Number(values.threads)}`);
if (!values.plain) await connection.run('SET preserve_insertion_order = false');
await connection.run(sql);
