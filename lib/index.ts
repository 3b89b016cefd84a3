// The public API, in the order data flows.
export { convert } from './convert.ts';
export type { ConvertOptions, IdentifiersMode, Input, InsertIdMode, LimitsMode, RecordOptions } from './options.ts';
export {
  type EventMapping,
  loadMapping,
  type MapMapping,
  parseMapping,
  VENDOR_MAPPING,
} from './parse/mapping.ts';
export {
  deliver,
  type DeliverOptions,
  identifiersJson,
  limits,
  lowercaseKeys,
  metricValue,
  type ParseOptions,
  parseNdjson,
  route,
  type RouteOptions,
  rowGroups,
  truncateTimestamps,
  validate,
} from './stages.ts';
export { type Event, fromObjects, mapEvents, toObjects } from './objects.ts';
export type { Compression, ParquetOptions } from './parquet/options.ts';
export type { ObjectInfo, ObjectWriter, Store } from './store/contract.ts';
export type { IfExists } from './store/commit.ts';
export { openStore } from './store/open.ts';
export { Tally } from './tally.ts';
export type {
  FileReport,
  PartitionReport,
  Progress,
  RejectRecord,
  Report,
  RunStatus,
} from './report.ts';
export type { RejectCode, WarningCode } from './codes.ts';
export { type ErrorCode, ImportError, type SourcePosition } from './errors.ts';
