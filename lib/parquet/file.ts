import { ImportError } from '../errors.ts';
import { version } from '../version.ts';
import type { ColumnChunk } from './column-chunk.ts';
import type { Compression, ParquetOptions } from './options.ts';
import type { RowGroup } from './row-group.ts';
import { schemaElements } from './schema.ts';
import { Int64, ParquetEnvelopeWriter, ParquetSchema, serializeThrift, thrift } from './thrift.ts';

const MAGIC = 'PAR1';

/**
 * A Parquet file, as bytes to be written one after another: header, row groups, footer. The envelope is from
 * parquetjs. FileMetaData is made here, because parquetjs leaves out logical types and column orders.
 */
export class ParquetFile {
  readonly #options: ParquetOptions;
  readonly #envelope: InstanceType<typeof ParquetEnvelopeWriter>;
  /** The footer's entry of each row group, as Thrift bytes: the objects of hundreds of days would fill the heap. */
  readonly #rowGroups: Buffer[] = [];
  #section = Buffer.alloc(0);
  #rows = 0;
  #columns = 0;

  constructor(options: ParquetOptions) {
    this.#options = options;
    this.#envelope = new ParquetEnvelopeWriter(
      new ParquetSchema({}),
      (bytes) => {
        this.#section = bytes as Buffer<ArrayBuffer>;
      },
      () => {},
      new Int64(0),
      {},
    );
  }

  /** Size of the file so far. */
  get size(): number {
    return this.#envelope.offset.valueOf();
  }
  get rows(): number {
    return this.#rows;
  }

  header(): Buffer {
    this.#envelope.writeHeader();
    return this.#section;
  }

  /** The bytes of a row group. @throws ImportError E_USAGE if it was made for a file with another schema */
  rowGroup(group: RowGroup): Buffer {
    this.#checkColumns(group);
    const offset = this.size;
    this.#rowGroups.push(
      serializeThrift(
        new thrift.RowGroup({
          columns: group.columns.map((chunk) => columnChunk(chunk, offset)),
          total_byte_size: new Int64(group.uncompressedBytes),
          num_rows: new Int64(group.rows),
          file_offset: new Int64(offset),
          total_compressed_size: new Int64(group.bytes.length),
          ordinal: this.#rowGroups.length,
        }),
      ),
    );
    this.#rows += group.rows;
    this.#columns = group.columns.length;
    this.#envelope.writeSection(group.bytes);
    return this.#section;
  }

  footer(): Buffer {
    const order = new thrift.ColumnOrder({ TYPE_ORDER: new thrift.TypeDefinedOrder() });
    const fields = new thrift.FileMetaData({
      version: 1,
      schema: schemaElements(this.#options),
      num_rows: new Int64(this.#rows),
      row_groups: [],
      // Older releases of parquet-java parse no name without a build.
      created_by: `hackle-import version ${version} (build ${version})`,
      column_orders: Array.from({ length: this.#columns }, () => order),
    });
    fields.row_groups = this.#rowGroups.map(serialized);
    const metadata = serializeThrift(fields);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(metadata.length);
    this.#envelope.writeSection(Buffer.concat([metadata, length, Buffer.from(MAGIC)]));
    return this.#section;
  }

  /** Row groups may come from a stage with other options. Readers would take their bytes for other columns. */
  #checkColumns({ columns }: RowGroup): void {
    const [path] = columns
      .map((chunk) => chunk.path)
      .filter(([column]) => column === 'identifiers');
    if (path === undefined) return;
    const identifiers = path.length === 1 ? 'json' : 'map';
    if (identifiers === this.#options.identifiers) return;
    throw new ImportError(
      'E_USAGE',
      `expected row groups with identifiers as ${this.#options.identifiers}, got ${identifiers}`,
      {
        hint: 'Give rowGroups(options) and deliver(to, { parquet: options }) the same identifiers.',
      },
    );
  }
}

/**
 * A struct that was serialized before. In Thrift's compact protocol, the bytes of a list element do not depend
 * on its neighbours.
 */
function serialized(bytes: Buffer): InstanceType<typeof thrift.RowGroup> {
  const write = (output: { trans: { write(bytes: Buffer): void } }): void =>
    output.trans.write(bytes);
  return { write } as unknown as InstanceType<typeof thrift.RowGroup>;
}

function columnChunk(chunk: ColumnChunk, offset: number): InstanceType<typeof thrift.ColumnChunk> {
  const { dictionaryPageOffset } = chunk;
  return new thrift.ColumnChunk({
    file_offset: new Int64(0),
    meta_data: new thrift.ColumnMetaData({
      type: chunk.type,
      encodings: chunk.encodings,
      path_in_schema: chunk.path,
      codec: codecNumber(chunk.compression),
      num_values: new Int64(chunk.values),
      total_uncompressed_size: new Int64(chunk.uncompressedSize),
      total_compressed_size: new Int64(chunk.compressedSize),
      data_page_offset: new Int64(offset + chunk.dataPageOffset),
      ...(dictionaryPageOffset !== undefined && {
        dictionary_page_offset: new Int64(offset + dictionaryPageOffset),
      }),
      statistics: statistics(chunk),
      encoding_stats: chunk.encodingStats.map(
        ({ pageType, encoding, count }) =>
          new thrift.PageEncodingStats({ page_type: pageType, encoding, count }),
      ),
    }),
  });
}

/** min_value and max_value follow the column order. The older min and max are correct for numbers only. */
function statistics({
  min,
  max,
  nullCount,
  type,
}: ColumnChunk): InstanceType<typeof thrift.Statistics> {
  const extremes = min !== undefined && max !== undefined && { min_value: min, max_value: max };
  const old = extremes && type === thrift.Type.INT64 && { min, max };
  return new thrift.Statistics({ null_count: new Int64(nullCount), ...extremes, ...old });
}

function codecNumber(compression: Compression): number {
  const { CompressionCodec } = thrift;
  const codecs = {
    none: CompressionCodec.UNCOMPRESSED,
    snappy: CompressionCodec.SNAPPY,
    gzip: CompressionCodec.GZIP,
    zstd: CompressionCodec.ZSTD,
  };
  return codecs[compression];
}
