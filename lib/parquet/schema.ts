import { DECIMAL_BYTES, mapColumns } from './columns.ts';
import type { ParquetOptions } from './options.ts';
import { thrift } from './thrift.ts';

const { ConvertedType, FieldRepetitionType, LogicalType, SchemaElement, Type } = thrift;
type Element = InstanceType<typeof thrift.SchemaElement>;

// The decimal type of metric_value.
const PRECISION = 24;
const SCALE = 6;

/** A required column, or a group if it has no type. */
function required(name: string, element: Partial<Element>): Element {
  return new SchemaElement({ name, repetition_type: FieldRepetitionType.REQUIRED, ...element });
}

function text(name: string): Element {
  return required(name, {
    type: Type.BYTE_ARRAY,
    converted_type: ConvertedType.UTF8,
    logicalType: new LogicalType({ STRING: new thrift.StringType() }),
  });
}

/** `required group (MAP) { repeated group key_value { required key; required value } }` */
function map(name: string): Element[] {
  return [
    required(name, {
      num_children: 1,
      converted_type: ConvertedType.MAP,
      logicalType: new LogicalType({ MAP: new thrift.MapType() }),
    }),
    new SchemaElement({
      name: 'key_value',
      num_children: 2,
      repetition_type: FieldRepetitionType.REPEATED,
    }),
    text('key'),
    text('value'),
  ];
}

/**
 * The file's schema as the footer has it, depth first: the vendor's columns, all REQUIRED, with both the old
 * (converted) and the new (logical) type annotations.
 */
export function schemaElements(options: ParquetOptions): Element[] {
  return [
    new SchemaElement({ name: 'root', num_children: 8 }),
    text('insert_id'),
    text('event_key'),
    required('ts', {
      type: Type.INT64,
      converted_type: ConvertedType.TIMESTAMP_MILLIS,
      logicalType: new LogicalType({
        TIMESTAMP: new thrift.TimestampType({
          isAdjustedToUTC: true,
          unit: new thrift.TimeUnit({ MILLIS: new thrift.MilliSeconds() }),
        }),
      }),
    }),
    required('metric_value', {
      type: Type.FIXED_LEN_BYTE_ARRAY,
      type_length: DECIMAL_BYTES,
      converted_type: ConvertedType.DECIMAL,
      scale: SCALE,
      precision: PRECISION,
      logicalType: new LogicalType({
        DECIMAL: new thrift.DecimalType({ scale: SCALE, precision: PRECISION }),
      }),
    }),
    ...(options.identifiers === 'json' ? [text('identifiers')] : []),
    ...mapColumns(options).flatMap(map),
  ];
}
