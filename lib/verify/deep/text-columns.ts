import type { ChunkFooter } from '../../parquet/file-footer.ts';
import type { Note } from '../finding.ts';
import type { ChunkPage } from './chunk-pages.ts';
import type { DayIds } from './day-ids.ts';
import { identifiersProblem } from './identifiers-text.ts';
import type { TextLeaf } from './text-leaf.ts';
import { compareTexts } from './text-statistics.ts';

/** Most UTF-16 units of an event key, and bytes of an insert_id that is no UUID. */
const LIMITS: Readonly<Record<string, number>> = { event_key: 128, insert_id: 512 };
const UNLIMITED = 0xffff_ffff;

/** Checks a column of texts that is no map: insert_id, event_key, or identifiers as JSON. @throws Damage */
export async function checkTextColumn(
  pages: AsyncIterable<ChunkPage>,
  chunk: ChunkFooter,
  { leaf, ids }: { leaf: TextLeaf; ids: DayIds },
  note: Note,
): Promise<void> {
  const limit = LIMITS[chunk.path] ?? UNLIMITED;
  leaf.begin(limit);
  let row = 0;
  for await (const page of pages) {
    const isDictionary = page.kind === 'dictionary';
    if (isDictionary) leaf.dictionary(page, note);
    else leaf.data(page, page.body, page.values, note);
    if (chunk.path === 'identifiers' && leaf.indices === 0)
      checkIdentifiers(leaf, isDictionary ? undefined : row, note);
    if (isDictionary) continue;
    if (chunk.path === 'insert_id') ids.page(leaf, page.values, row, note);
    row += page.values;
  }
  if (leaf.empty > 0 && chunk.path !== 'identifiers') note('empty_value', 'events without a value');
  if (leaf.long > 0)
    note('limits', `values with more than ${limit} characters, the vendor's limit`);
  compareTexts(leaf.extremes, chunk, note);
}

/** Looks at each text of a page or dictionary. */
function checkIdentifiers(leaf: TextLeaf, row: number | undefined, note: Note): void {
  for (let index = 0; index < leaf.entryCount; index++) {
    const problem = identifiersProblem(leaf.text(index));
    if (problem === undefined) continue;
    note('identifiers_json', problem, row === undefined ? {} : { row: row + index });
    return;
  }
}
