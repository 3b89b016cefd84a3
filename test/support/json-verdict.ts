import { depthOf, readJson } from '../reference/json.ts';

/** What must be said of a line of UTF-8 for its syntax; `event` where it is an object, whatever becomes of that. */
export function verdict(line: Buffer): string {
  const text = line.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'invalid_json';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_an_object';
  return depthOf(text) > 512 ? 'too_deep' : 'event';
}

/** Whether a scanner that goes no deeper than 512 stops there, before it comes to what makes the text no JSON. */
export function stopsAtDepth(line: Buffer): boolean {
  const text = line.toString('utf8');
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inString && char === '\\') at++;
    else if (char === '"') inString = !inString;
    else if (inString) continue;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    if (depth > 512) return at < firstError(text);
  }
  return false;
}

/** Where the reference's reader finds that a text is no JSON. */
function firstError(text: string): number {
  try {
    readJson(text);
    return Number.POSITIVE_INFINITY;
  } catch (error) {
    // It recurses: so deep that its stack ends is past any limit.
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY;
    return Number(/ at (\d+)$/.exec((error as Error).message)?.[1]);
  }
}
