// The public API, by module. `convert` does the whole job. The links of a pipeline do it step by step, in this order:
// parse, map, record, route, rowGroups, deliver. In place of record, its parts can be used one by one: where,
// validate,
// lowercaseKeys, truncateTimestamps, metricValue, limits, identifiersJson. `verify`, `inspect`, `status` and `readDay` look at
// what was written.

export type { EventBatch } from './batch/event-batch.ts';
export type { FilterCode, RejectCode, WarningCode } from './codes.ts';
export type { DeliverOptions } from './commit/options.ts';
export type { IfExists } from './commit/partition-commit.ts';
export { convert } from './convert.ts';
export { examine, policyFor } from './doctor/doctor.ts';
export type { Diagnosis, Finding } from './doctor/examination.ts';
export type { Policy } from './doctor/policy.ts';
export { type ErrorCode, ImportError, type SourcePosition } from './errors.ts';
export { loadMapping, parseMapping } from './mapping/mapping.ts';
export type { EventMapping, InputMapping, MapMapping, PairsMapping } from './mapping/types.ts';
export { VENDOR_MAPPING } from './mapping/vendor-mapping.ts';
export type { ConvertOptions, Input, RecordOptions } from './options/options.ts';
export type { Compression, ParquetOptions } from './parquet/options.ts';
export type { CsvOptions } from './parse/csv/options.ts';
export type { TextFormat } from './parse/formats.ts';
export type { Preset } from './presets/preset.ts';
export { PRESETS } from './presets/presets.ts';
export type { IdentifiersMode, InsertIdMode, LimitsMode } from './record/modes.ts';
export type {
  FileReport,
  PartitionReport,
  Progress,
  RejectRecord,
  Report,
  RunStatus,
  Shortfall,
} from './report.ts';
export type { DayCut } from './route/cut-day.ts';
export type { UnfinishedMode } from './route/day-rules.ts';
export { RunCounters } from './run-counters.ts';
export type { ByteStream, NamedStream } from './source/byte-stream.ts';
export type { CommandInput } from './source/command.ts';
export type { FollowGrowth } from './source/input-file.ts';
export type { ObjectInfo, ObjectWriter, Store } from './store/contract.ts';
export type { GcsOptions } from './store/gcs/options.ts';
export { openStore } from './store/open.ts';
export type { StoreOptions } from './store/options.ts';
export type { Retry } from './store/retry.ts';
export type { S3Options } from './store/s3/options.ts';
export { deliver } from './streams/deliver.ts';
export {
  type ParseCsvOptions,
  type ParseJsonOptions,
  type ParseOptions,
  parse,
  parseCsv,
  parseJson,
  parseNdjson,
} from './streams/parse.ts';
export * from './streams/record.ts';
export { type RouteOptions, route } from './streams/route.ts';
export { rowGroups } from './streams/row-groups.ts';
export {
  type FromObjectsOptions,
  fromObjects,
  type MapOptions,
  map,
  type ToObjectsOptions,
  toObjects,
} from './streams/transform.ts';
export type { EventInput, EventMap, EventTransform, HackleEvent } from './transform/event.ts';
export type { Finding as VerifyFinding, FindingCode, FindingPlace } from './verify/finding.ts';
export {
  type InspectedColumn,
  type InspectedGroup,
  type InspectedPage,
  type Inspection,
  inspect,
} from './verify/inspect.ts';
export type {
  DayGap,
  InspectOptions,
  ReadDayOptions,
  StatusOptions,
  VerifiedDay,
  VerifyOptions,
  VerifyReport,
} from './verify/options.ts';
export { type DayRow, readDay } from './verify/read-day.ts';
export {
  type DayState,
  type DayStatus,
  type Status,
  status,
} from './verify/status.ts';
export { verify } from './verify/verify.ts';
