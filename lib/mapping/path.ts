import { ImportError } from '../errors.ts';

/** Names of members from the event inward; empty for the event itself. */
export type Path = readonly string[];

/**
 * Reads a path of a mapping: member names divided by dots, `context.os.name`. A dot that belongs to a
 * name is written `\.` (in a JSON file `"utm\\.source"`); any other backslash is an ordinary character.
 * `""` and `"."` are the event itself.
 *
 * Names lead through objects only: the elements of an array have no path.
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
      `the path ${JSON.stringify(text)} has no name between two dots, or at an end`,
      { hint: 'Write a dot that belongs to a name as \\. (in a JSON file: \\\\.).' },
    );
  }
  return names;
}

/** The text that `parsePath` reads back. */
export function formatPath(path: Path): string {
  return path.map((name) => name.replaceAll('.', '\\.')).join('.');
}
