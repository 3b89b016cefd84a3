import { readFileSync } from 'node:fs';
import { ImportError } from '../errors.ts';
import type { InsertIdMode } from '../record/modes.ts';
import { findJsonProblem } from './json-problem.ts';
import { findMappingProblems } from './problems.ts';
import type { EventMapping } from './types.ts';

/** Options for checking a mapping. */
export interface MappingOptions {
  /** With `derive`, a mapping needs no `insert_id`. Default `uuid`. */
  insertId?: InsertIdMode | undefined;
  /** Name of the mapping in messages, such as its file. Default `mapping`. */
  name?: string | undefined;
}

const HINT = 'The README describes every field of a mapping, with examples.';
/** The message lists at most this many problems. */
const MOST_LISTED = 10;

/** Reads and checks a mapping file. @throws ImportError E_MAPPING that lists the problems and where they are */
export function loadMapping(file: string, options: MappingOptions = {}): EventMapping {
  return parseMapping(readMapping(file), { ...options, name: file });
}

/** Reads a mapping file, and checks only that it is JSON. @throws ImportError E_MAPPING */
export function readMapping(file: string): unknown {
  const text = readText(file);
  const problem = findJsonProblem(text);
  if (problem) {
    throw new ImportError(
      'E_MAPPING',
      `${file}, line ${problem.line}, column ${problem.column}: ${problem.message}`,
      { hint: 'A mapping is one JSON object, without comments or trailing commas.' },
    );
  }
  return JSON.parse(text);
}

/**
 * Checks a mapping that is given as a value.
 *
 * @throws ImportError E_MAPPING that lists the problems and where they are
 */
export function parseMapping(value: unknown, options: MappingOptions = {}): EventMapping {
  const { name = 'mapping' } = options;
  const problems = findMappingProblems(value, options.insertId ?? 'uuid');
  const [first] = problems;
  if (!first) return value as EventMapping;
  const listed = problems
    .slice(0, MOST_LISTED)
    .map(({ path, message }) => (path ? `${path}: ${message}` : message));
  if (problems.length > listed.length) listed.push(`and ${problems.length - listed.length} more`);
  const message =
    listed.length === 1
      ? `${name}: ${listed[0]}`
      : `${name} has ${problems.length} problems:\n  ${listed.join('\n  ')}`;
  throw new ImportError('E_MAPPING', message, { hint: first.hint ?? HINT });
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code;
    const reason =
      why === 'ENOENT'
        ? 'there is no such file'
        : why === 'EISDIR'
          ? 'expected a JSON file, got a folder'
          : (cause as Error).message;
    throw new ImportError('E_MAPPING', `cannot read the mapping ${file}: ${reason}`, {
      hint: 'Give the path of a JSON file, relative to the current folder.',
      cause,
    });
  }
  try {
    // TextDecoder also removes a byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ImportError('E_MAPPING', `${file}: expected UTF-8 text, got other bytes`, {
      hint: 'Save the file as UTF-8.',
      cause,
    });
  }
}
