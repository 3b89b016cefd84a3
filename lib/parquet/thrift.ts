// What this program uses of @dsnp/parquetjs: its envelope writer, and the Thrift structs of apache/parquet-format's
// parquet.thrift. They are CommonJS, which `require` loads 20 ms faster than `import`: that parses every file for
// the names it exports, before it runs the file.
import { createRequire } from 'node:module';
import type thriftTypes from '@dsnp/parquetjs/dist/gen-nodejs/parquet_types.js';
import type * as schema from '@dsnp/parquetjs/dist/lib/schema.js';
import type * as util from '@dsnp/parquetjs/dist/lib/util.js';
import type * as writer from '@dsnp/parquetjs/dist/lib/writer.js';
import type int64 from 'node-int64';

const require = createRequire(import.meta.url);

export const thrift: typeof thriftTypes = require('@dsnp/parquetjs/dist/gen-nodejs/parquet_types.js');

export const ParquetSchema: typeof schema.ParquetSchema =
  require('@dsnp/parquetjs/dist/lib/schema.js').ParquetSchema;

export const ParquetEnvelopeWriter: typeof writer.ParquetEnvelopeWriter =
  require('@dsnp/parquetjs/dist/lib/writer.js').ParquetEnvelopeWriter;

export const Int64: typeof int64 = require('node-int64');

const thriftUtil = require('@dsnp/parquetjs/dist/lib/util.js') as typeof util;

/** Writes any struct in the compact protocol; parquetjs' own type leaves some out. */
export const serializeThrift = thriftUtil.serializeThrift as (struct: object) => Buffer;

/** Fills a struct from bytes in the compact protocol; returns where it ends. */
export const decodeThrift = thriftUtil.decodeThrift as (struct: object, bytes: Buffer) => number;
