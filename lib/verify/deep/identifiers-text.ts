import { shown } from './text-leaf.ts';

/** Says what is wrong with identifiers that are a JSON text; undefined if nothing is. */
export function identifiersProblem(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `expected a JSON object, got ${shown(text)}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `expected a JSON object, got ${shown(text)}`;
  }
  for (const [key, each] of Object.entries(value)) {
    if (typeof each !== 'string') return `expected texts only, got ${shown(text)}`;
    if (key !== key.toLowerCase()) return `the key ${shown(key)} is not in lower case`;
  }
  const { id, device_id } = value as { id?: string; device_id?: string };
  return id && device_id ? undefined : `expected id and device_id, got ${shown(text)}`;
}
