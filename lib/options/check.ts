import { ImportError } from '../errors.ts';
import { closest } from '../nearest.ts';
import { isObject, show } from './kinds.ts';
import type { Kind, OptionTable } from './option.ts';

/**
 * Checks options against a table: that there are no others, that the required ones are given, and that each
 * has the type and range of its kind. An option that is undefined counts as not given.
 *
 * @param table the options that may be given, such as `{ insertId: OPTIONS.insertId }`
 * @param where what the options belong to, such as `validate`; empty for `convert`
 * @throws ImportError E_USAGE that names the option, what was expected and what came
 */
export function checkOptions(table: OptionTable, given: unknown, where: string = ''): void {
  if (!isObject(given)) {
    throw wrong(where === '' ? 'options' : where, 'an object with options', show(given));
  }
  const known = Object.keys(table);
  const values = given as Readonly<Record<string, unknown>>;
  const pathOf = (name: string): string => (where === '' ? name : `${where}.${name}`);
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(table, name)) throw unknown(name, pathOf(name), known);
  }
  for (const [name, { kind, required = false }] of Object.entries(table)) {
    const value = values[name];
    if (value !== undefined || required) checkValue(kind, value, pathOf(name));
  }
}

function checkValue(kind: Kind, value: unknown, path: string): void {
  if (!kind.accepts(value)) throw wrong(path, kind.expected, (kind.conceal ?? show)(value));
  if (kind.fields !== undefined) checkOptions(kind.fields, value, path);
  const { elements } = kind;
  if (elements === undefined) return;
  for (const [index, element] of (value as unknown[]).entries()) {
    checkValue(elements, element, `${path}[${index}]`);
  }
}

function wrong(path: string, expected: string, got: string): ImportError {
  return new ImportError('E_USAGE', `${path}: expected ${expected}, got ${got}`);
}

function unknown(name: string, path: string, known: readonly string[]): ImportError {
  const meant = closest(name, known);
  const guess = meant === undefined ? '' : `, did you mean ${meant}?`;
  return new ImportError('E_USAGE', `${path}: there is no such option${guess}`, {
    hint: `The options here are ${known.join(', ')}.`,
  });
}
