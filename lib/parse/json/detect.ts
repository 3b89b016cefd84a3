/** A line that opens an object, or one that it has as its first member, and no more. */
const OPENING_LINE = /^\{\s*("(?:[^"\\]|\\.)*"\s*:\s*[[{]\s*)?$/;

/**
 * Whether a text that begins with `{` is more than an object a line.
 *
 * @param isJsonName whether the file's name says JSON, which decides where the bytes leave it open
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
  // The first object goes on after its line, or is broken.
  const whole = isWhole ? lines : lines.slice(0, -1);
  if (await isBeginningOfJson(text, isWhole)) return true;
  if (whole.some((line) => afterObject(line.trim())?.trim() === '')) return false;
  return isJsonName || OPENING_LINE.test(first.trim());
}

/** The text after the object that a line begins with; undefined where that does not end in the line. */
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

/** Whether a text is JSON values, the last of which may be cut off unless the text is whole. */
async function isBeginningOfJson(text: string, isWhole: boolean): Promise<boolean> {
  const { jsonParser } = await import('stream-json/core/parser.js');
  try {
    const parse = jsonParser({ jsonStreaming: true });
    let open = 0;
    // stream-json would wait for the rest of a character or token that is cut off: leave out the last line.
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
