/** A line that only opens an object, or an object and the container that is its first member. */
const OPENING_LINE = /^\{\s*("(?:[^"\\]|\\.)*"\s*:\s*[[{]\s*)?$/;

/**
 * Whether a text that begins with `{` is a JSON document, not one object per line.
 *
 * @param isWhole whether this is the whole text, not only its beginning
 * @param isJsonName whether the file's name suggests JSON, which decides where the bytes fit both formats
 */
export async function isDocument(
  text: string,
  isWhole: boolean,
  isJsonName: boolean,
): Promise<boolean> {
  const firstEnd = text.indexOf('\n');
  const first = firstEnd < 0 ? text : text.slice(0, firstEnd);
  const after = afterObject(first);
  if (after !== undefined) return after.trimStart().startsWith('{');
  const lines = text.split('\n');
  if (lines.length === 1) return isJsonName;
  // The first object does not end in its line, or is malformed.
  const whole = isWhole ? lines : lines.slice(0, -1);
  if (await isBeginningOfJson(text, isWhole)) return true;
  if (whole.some((line) => afterObject(line.trim())?.trim() === '')) return false;
  return isJsonName || OPENING_LINE.test(first.trim());
}

/** Returns the text after the object with which a line begins; undefined if the object does not end in the line. */
function afterObject(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  let depth = 0;
  for (const { 0: token, index } of line.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (depth === 0) return line.slice(index + 1);
  }
  return undefined;
}

/** Whether a text consists of JSON values. Unless the text is whole, the last value may be cut off. */
async function isBeginningOfJson(text: string, isWhole: boolean): Promise<boolean> {
  const { jsonParser } = await import('stream-json/core/parser.js');
  try {
    const parse = jsonParser({ jsonStreaming: true });
    let open = 0;
    // Without the last line, because stream-json would wait for the rest of a character or token that is cut off.
    const tokens = parse(isWhole ? text : text.slice(0, text.lastIndexOf('\n')));
    if (typeof tokens === 'object' && 'values' in tokens) {
      for (const { name } of tokens.values) {
        if (name === 'startObject' || name === 'startArray') open++;
        else if (name === 'endObject' || name === 'endArray') open--;
      }
    }
    return !isWhole || open === 0;
  } catch {
    return false;
  }
}
