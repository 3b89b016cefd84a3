/**
 * ClickHouse (chDB, in process) does the product's work in one statement.
 *
 *     node dist/bench/rivals/clickhouse.js FILE DIR [--threads 1] [--compression snappy] [--plain]
 *
 * `--plain` runs the statement that a user would write from the manual. The default is the fastest statement found.
 * Forms that were compared with 100 MiB and one thread, by processor time: `JSONEachRow` with a structure takes
 * 0.77 s; lines as strings and one `JSONExtract` (simdjson) into a tuple, as below, take 0.70 s. Lower-casing with
 * `mapApply`, with `mapFromArrays` or over an array of tuples costs the same within noise. Maps with LowCardinality
 * keys cost 50 % more. Smaller or larger blocks, encoder batches and chunks of the parallel parser, and two insert
 * threads gain nothing. Page index, bloom filters and checksums are off, because no other contestant writes them.
 *
 * It does not do: validation, rejects, limits, counts, repeated keys in maps, fsync, `_SUCCESS`.
 */
import { parseArgs } from 'node:util';
import { loadRival } from './install.ts';

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

const text = (value: string): string =>
  `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const maps = (each: (map: string) => string): string => MAPS.map(each).join(', ');
const TYPES = `insert_id String, event_key String, ts String, metric_value Decimal(24, 6),
  ${maps((map) => `${map} Map(String, String)`)}`;

// Fraction digits of a time after the third are dropped, not rounded.
const plain = `
SELECT insert_id, event_key, parseDateTime64BestEffort(ts, 3, 'UTC') AS ts, metric_value,
  ${maps((map) => `mapApply((k, v) -> (lowerUTF8(k), v), ${map}) AS ${map}`)}
FROM file(${text(file)}, 'JSONEachRow', ${text(TYPES)})
SETTINGS`;

const fastest = `
SELECT e.insert_id AS insert_id, e.event_key AS event_key,
  parseDateTime64BestEffort(e.ts, 3, 'UTC') AS ts, e.metric_value AS metric_value,
  ${maps((map) => `mapFromArrays(arrayMap(k -> lowerUTF8(k), mapKeys(e.${map})), mapValues(e.${map})) AS ${map}`)}
FROM (SELECT JSONExtract(line, ${text(`Tuple(${TYPES})`)}) AS e FROM file(${text(file)}, 'LineAsString'))
SETTINGS max_partitions_per_insert_block = 0,
  output_format_parquet_row_group_size_bytes = ${12 << 20},
  output_format_parquet_write_page_index = 0,
  output_format_parquet_write_bloom_filter = 0,
  output_format_parquet_write_checksums = 0,`;

// The level applies to zstd. The product uses level 1 too.
const sql = `
INSERT INTO FUNCTION file(${text(`${folder}/dt={_partition_id}/000000000000.parquet`)}, 'Parquet')
PARTITION BY toDate(ts)
${values.plain ? plain : fastest} max_threads = ${Number(values.threads)},
  output_format_parquet_compression_method = ${text(values.compression)},
  output_format_compression_level = 1`;

(await loadRival<{ query(sql: string): unknown }>('chdb')).query(sql);
