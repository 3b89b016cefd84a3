// The Thrift structs of apache/parquet-format's parquet.thrift, as @dsnp/parquetjs generated them.
// Its module is CommonJS whose names Node cannot all see, so it comes as one default import.
import thrift from '@dsnp/parquetjs/dist/gen-nodejs/parquet_types.js';
import { serializeThrift } from '@dsnp/parquetjs/dist/lib/util.js';

export { serializeThrift, thrift };
