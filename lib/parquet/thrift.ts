// The Thrift structs of apache/parquet-format's parquet.thrift, as @dsnp/parquetjs generated them. Node does not
// see all names of this CommonJS module, so it is one default import.
import thrift from '@dsnp/parquetjs/dist/gen-nodejs/parquet_types.js';
import { serializeThrift as serialize } from '@dsnp/parquetjs/dist/lib/util.js';

/** Any struct in the compact protocol; parquetjs' own type leaves some out. */
const serializeThrift = serialize as (struct: object) => Buffer;

export { serializeThrift, thrift };
