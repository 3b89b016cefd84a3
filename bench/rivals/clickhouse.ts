/**
 * ClickHouse (chDB, in process) doing the product's work in one statement.
 *
 *     node dist/bench/rivals/clickhouse.js FILE DIR [--threads 1] [--compression snappy]
 *
 * The forms tried, 100 MiB, one thread, by processor time: `JSONEachRow` with a structure 0.77 s;
 * lines as strings and one `JSONExtract` (simdjson) into a tuple, as below, 0.70 s. Lower-casing by
 * `mapApply`, by `mapFromArrays` or over an array of tuples costs the same within noise; maps with
 * LowCardinality keys cost half as much again. Smaller and larger blocks, batches of the encoder,
 * chunks of the parallel parser and two insert threads gain nothing. Page index, bloom filters and
 * checksums are off: nobody else writes them. Keys are lower-cased as ASCII, which is quicker.
 *
 * What it is let off: validation, rejects, limits, counts, maps' repeated keys, fsync, `_SUCCESS`.
 */
import { parseArgs } from 'node:util';
import { loadRival } from './install.ts';

const MAPS = ['identifiers', 'event_properties', 'user_properties', 'platform_properties'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '1' },
    compression: { type: 'string', default: 'snappy' },
  },
});
const [file, folder] = positionals;
if (file === undefined || folder === undefined) throw new Error('FILE and DIR are expected.');

const text = (value: string): string =>
  `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const lowerKeys = (map: string): string => `
  mapFromArrays(arrayMap(k -> lower(k), mapKeys(e.${map})), mapValues(e.${map})) AS ${map}`;
const event = `Tuple(insert_id String, event_key String, ts String, metric_value Decimal(24, 6),
  ${MAPS.map((map) => `${map} Map(String, String)`).join(', ')})`;

// Digits after the third are dropped, not rounded. The level is that of zstd; the product's is 1 too.
const sql = `
INSERT INTO FUNCTION file(${text(`${folder}/dt={_partition_id}/000000000000.parquet`)}, 'Parquet')
PARTITION BY toDate(ts)
SELECT e.insert_id AS insert_id, e.event_key AS event_key,
  parseDateTime64BestEffort(e.ts, 3, 'UTC') AS ts,
  e.metric_value AS metric_value,${MAPS.map(lowerKeys).join(',')}
FROM (SELECT JSONExtract(line, ${text(event)}) AS e FROM file(${text(file)}, 'LineAsString'))
SETTINGS max_threads = ${Number(values.threads)}, max_partitions_per_insert_block = 0,
  output_format_parquet_compression_method = ${text(values.compression)},
  output_format_compression_level = 1,
  output_format_parquet_row_group_size_bytes = ${12 << 20},
  output_format_parquet_write_page_index = 0,
  output_format_parquet_write_bloom_filter = 0,
  output_format_parquet_write_checksums = 0`;

(await loadRival<{ query(sql: string): unknown }>('chdb')).query(sql);
