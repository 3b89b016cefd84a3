import { readFileSync } from 'node:fs';
import { ImportError } from '../errors.ts';
import type { InsertIdMode } from '../record/modes.ts';
import { findJsonProblem } from './json-problem.ts';
import { findMappingProblems } from './problems.ts';
import type { EventMapping } from './types.ts';

/** What a mapping is checked with. */
export interface MappingOptions {
  /** With `derive` a mapping needs no `insert_id`. Default `uuid`. */
  insertId?: InsertIdMode | undefined;
  /** What messages call the mapping: its file. Default `mapping`. */
  name?: string | undefined;
}

const HINT = 'The README describes every field of a mapping, with examples.';
/** A mapping with more problems than this is told about the first ones. */
const MANY_PROBLEMS = 10;

/** Reads and checks a mapping file; throws an ImportError `E_MAPPING` that says what is wrong, and where. */
export function loadMapping(file: string, options: MappingOptions = {}): EventMapping {
  return parseMapping(readMapping(file), { ...options, name: file });
}

/** Reads a mapping file without checking more than that it is JSON. @throws ImportError E_MAPPING */
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

/** Checks a mapping given in code; throws an ImportError `E_MAPPING` as `loadMapping` does. */
export function parseMapping(value: unknown, options: MappingOptions = {}): EventMapping {
  const { name = 'mapping' } = options;
  const problems = findMappingProblems(value, options.insertId ?? 'uuid');
  const [first] = problems;
  if (!first) return value as EventMapping;
  const told = problems
    .slice(0, MANY_PROBLEMS)
    .map(({ path, message }) => (path ? `${path}: ${message}` : message));
  if (problems.length > told.length) told.push(`and ${problems.length - told.length} more`);
  const message =
    told.length === 1
      ? `${name}: ${told[0]}`
      : `${name} has ${problems.length} problems:\n  ${told.join('\n  ')}`;
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
    // Also takes a byte order mark away.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ImportError('E_MAPPING', `${file}: expected UTF-8 text, got other bytes`, {
      hint: 'Save the file as UTF-8.',
      cause,
    });
  }
}
