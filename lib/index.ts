// The public API, by module. Data flows through parseNdjson or parseCsv, map, where, validate, lowercaseKeys,
// truncateTimestamps, metricValue, limits, identifiersJson, route, rowGroups and deliver; convert is all of it.

export type { EventBatch } from './batch/event-batch.ts';
export type { FilterCode, RejectCode, WarningCode } from './codes.ts';
export { convert } from './convert.ts';
export { type DeliverOptions, deliver } from './deliver.ts';
export { examine } from './doctor/doctor.ts';
export type { Diagnosis, Finding } from './doctor/examination.ts';
export { type Policy, policyFor } from './doctor/policy.ts';
export { type ErrorCode, ImportError, type SourcePosition } from './errors.ts';
export type {
  ConvertOptions,
  IdentifiersMode,
  Input,
  InsertIdMode,
  LimitsMode,
  RecordOptions,
} from './options.ts';
export type { Compression, ParquetOptions } from './parquet/options.ts';
export type { CsvOptions } from './parse/csv-dialect.ts';
export type { TextFormat } from './parse/detect.ts';
export {
  type EventMapping,
  type InputMapping,
  loadMapping,
  type MapMapping,
  type PairsMapping,
  parseMapping,
  VENDOR_MAPPING,
} from './parse/mapping.ts';
export { type ParseOptions, parseCsv, parseNdjson } from './parse/stage.ts';
export type { Preset } from './presets/preset.ts';
export { PRESETS } from './presets/presets.ts';
export type {
  FileReport,
  PartitionReport,
  Progress,
  RejectRecord,
  Report,
  RunStatus,
} from './report.ts';
export {
  identifiersJson,
  limits,
  lowercaseKeys,
  metricValue,
  type RouteOptions,
  route,
  rowGroups,
  truncateTimestamps,
  validate,
  where,
} from './stages.ts';
export type { IfExists } from './store/commit.ts';
export type { ObjectInfo, ObjectWriter, Store } from './store/contract.ts';
export { openStore } from './store/open.ts';
export type { StoreOptions } from './store/options.ts';
export type { Retry } from './store/retry.ts';
export { Tally } from './tally.ts';
export type { EventInput, EventMap, EventTransform, HackleEvent } from './transform/event.ts';
export {
  type FromObjectsOptions,
  fromObjects,
  type MapOptions,
  map,
  type ToObjectsOptions,
  toObjects,
} from './transform/stages.ts';
