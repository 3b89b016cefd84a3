/**
 * Returns a value from user code as JSON. Unlike JSON.stringify, it loses nothing silently: a bigint keeps its
 * digits, a Map its entries, and NaN becomes the string "NaN", which a number column rejects.
 *
 * @returns undefined for values that JSON leaves out: undefined, functions and symbols
 */
export function jsonText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      return JSON.stringify(Number.isFinite(value) ? value : String(value));
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? 'null' : nestedText(value);
    default:
      return undefined;
  }
}

function nestedText(value: object): string | undefined {
  if (Array.isArray(value)) return arrayText(value);
  if (value instanceof Map) return plainText(Object.fromEntries(value));
  if (value instanceof Set) return arrayText([...value]);
  if ('toJSON' in value && typeof value.toJSON === 'function') return jsonText(value.toJSON());
  return plainText(value as Record<string, unknown>);
}

function arrayText(values: readonly unknown[]): string {
  return `[${values.map((value) => jsonText(value) ?? 'null').join(',')}]`;
}

function plainText(value: Record<string, unknown>): string {
  let text = '';
  for (const name of Object.keys(value)) {
    const json = jsonText(value[name]);
    if (json !== undefined) text += `${text && ','}${JSON.stringify(name)}:${json}`;
  }
  return `{${text}}`;
}
