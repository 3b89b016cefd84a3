const AVRO_TYPES = /^(?:boolean|int|long|float|double|bytes|string|array|map)$/;

/** What to do about a value that is wrapped as Avro's JSON encoding wraps those of unions: `{"string": "x"}`. */
export const AVRO_UNION_HINT =
  'a value of an Avro union: "avroUnions": true in the mapping takes what is inside';

/** The name of the type in a value of a union of Avro; undefined if a value is none. */
export function avroUnionType(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [type = '', ...others] = Object.keys(value);
  return others.length === 0 && AVRO_TYPES.test(type) ? type : undefined;
}

/** Whether a text is JSON of a value of a union of Avro. */
export function isAvroUnionText(text: string): boolean {
  if (!text.startsWith('{')) return false;
  try {
    return avroUnionType(JSON.parse(text)) !== undefined;
  } catch {
    return false;
  }
}
