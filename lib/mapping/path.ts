import { ImportError } from '../errors.ts';

/** Member names that lead from the event to a value inside it; empty for the event itself. */
export type Path = readonly string[];

/**
 * Parses a path of a mapping: member names separated by dots, such as `context.os.name`. A dot inside a name is
 * written `\.` (in a JSON file `"utm\\.source"`); any other backslash is an ordinary character. `""` and `"."` are
 * the event itself.
 *
 * A path leads through objects only: the elements of an array have no path.
 *
 * @throws ImportError E_MAPPING for a path with an empty name, or one that is not valid Unicode
 */
export function parsePath(text: string): Path {
  if (text === '' || text === '.') return [];
  if (/\p{Surrogate}/u.test(text)) {
    throw new ImportError(
      'E_MAPPING',
      `the path ${JSON.stringify(text)} is not valid Unicode text`,
    );
  }
  const names: string[] = [];
  let name = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '\\' && text[i + 1] === '.') {
      name += '.';
      i++;
    } else if (char === '.') {
      names.push(name);
      name = '';
    } else name += char;
  }
  names.push(name);
  if (names.includes('')) {
    throw new ImportError(
      'E_MAPPING',
      `the path ${JSON.stringify(text)} has an empty name between two dots or at one end`,
      { hint: 'Write a dot inside a name as \\. (in a JSON file: \\\\.).' },
    );
  }
  return names;
}

/** Returns the text of a path, which `parsePath` parses back. */
export function formatPath(path: Path): string {
  return path.map((name) => name.replaceAll('.', '\\.')).join('.');
}
