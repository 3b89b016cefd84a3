import { GROUPS, type Option, type OptionTable } from './option.ts';

/** An option with its place: `['csv', 'delimiter']`. */
export interface OptionRow {
  path: readonly string[];
  option: Option;
}

/** Lists the options of a table and, after each object, the options inside; sorted by group. */
export function optionRows(table: OptionTable): OptionRow[] {
  const rows = rowsOf(table, []);
  return GROUPS.flatMap((group) => rows.filter(({ option }) => option.group === group));
}

function rowsOf(table: OptionTable, parents: readonly string[]): OptionRow[] {
  return Object.entries(table).flatMap(([name, option]) => {
    const path = [...parents, name];
    return [{ path, option }, ...rowsOf(option.kind.fields ?? {}, path)];
  });
}

/** What is taken where an option is not given, in words; undefined where that is nothing. */
export function defaultText({ kind, default: value, otherwise }: Option): string | undefined {
  if (value === undefined || value === false) return otherwise;
  return kind.format?.(value as never) ?? String(value);
}
