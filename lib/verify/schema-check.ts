import type { FileFooter } from '../parquet/file-footer.ts';
import { columnTexts, VENDOR_COLUMNS } from '../parquet/schema-text.ts';
import type { FindingPlace, Note } from './finding.ts';

/** The Parquet type of `identifiers`; see the option of that name. */
export type IdentifiersType = 'map' | 'json';

/**
 * Compares a file's schema with the vendor's columns. Readers find columns by name, so that their order does not count.
 * Returns the type of `identifiers` if the schema is exact, else undefined.
 */
export function checkSchema(
  { schema }: FileFooter,
  file: FindingPlace,
  note: Note,
): IdentifiersType | undefined {
  let isExact = true;
  const wrong = (message: string, column: string): void => {
    isExact = false;
    note('schema', message, { ...file, column });
  };
  const columns = new Map<string, string>();
  for (const { name, type } of columnTexts(schema)) {
    if (columns.has(name)) wrong('the column is there twice', name);
    columns.set(name, type);
  }
  for (const [name, types] of Object.entries(VENDOR_COLUMNS)) {
    const type = columns.get(name);
    if (type === undefined) wrong(`there is no such column; expected ${types[0]}`, name);
    else if (!types.includes(type)) wrong(`expected ${types.join(' or ')}, got ${type}`, name);
  }
  for (const [name, type] of columns) {
    if (!Object.hasOwn(VENDOR_COLUMNS, name))
      wrong(`no column of the vendor's page: ${type}`, name);
  }
  if (!isExact) return undefined;
  return columns.get('identifiers') === VENDOR_COLUMNS.identifiers?.[0] ? 'map' : 'json';
}
