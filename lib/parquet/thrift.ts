// The Thrift structs of apache/parquet-format's parquet.thrift, as @dsnp/parquetjs generated them.
// Its module is CommonJS whose names Node cannot all see, so it comes as one default import.
import thrift from '@dsnp/parquetjs/dist/gen-nodejs/parquet_types.js';
import { serializeThrift as serialize } from '@dsnp/parquetjs/dist/lib/util.js';

/** Any struct in the compact protocol; parquetjs' own type leaves some out. */
const serializeThrift = serialize as (struct: object) => Buffer;

export { serializeThrift, thrift };
