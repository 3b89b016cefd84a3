import { partName, SUCCESS } from '../commit/partition.ts';
import type { DayFolder } from './day-folder.ts';
import type { Note } from './finding.ts';

const NAME = /^\d{12}\.parquet$/;
/** Names of missing files that one message lists. */
const NAMED = 3;

/** Checks the names in the folder of a day, and its mark. */
export function checkLayout({ prefix, parts, success, others }: DayFolder, note: Note): void {
  const names = parts.map(({ name }) => name.slice(prefix.length));
  for (const name of names) {
    if (NAME.test(name)) continue;
    note('name', `expected a name such as ${partName(0)}`, { file: prefix + name });
  }
  checkGaps(
    names.filter((name) => NAME.test(name)),
    note,
  );
  for (const { name } of others) {
    const isHidden = /^[._]/.test(name.slice(prefix.length));
    if (isHidden)
      note('hidden_file', 'no file of a day; readers leave out such names', { file: name });
    else note('stranger', 'no file of a day: a reader takes it for one, or fails', { file: name });
  }
  if (success === undefined) {
    note(
      'no_success',
      parts.length === 0 ? 'no files and no _SUCCESS' : 'no _SUCCESS: not complete',
    );
  } else if (success.size > 0) {
    const message = `expected 0 bytes, got ${success.size}`;
    note('success_not_empty', message, { file: prefix + SUCCESS });
  } else if (parts.length === 0) {
    note('day_empty', '_SUCCESS without files: a day without events');
  }
}

/** Names count from 0 without a gap. A file that is gone in the middle is a part of the day that is gone. */
function checkGaps(names: readonly string[], note: Note): void {
  const last = Number((names.at(-1) ?? '').slice(0, 12));
  const missing = last + 1 - names.length;
  if (names.length === 0 || missing <= 0) return;
  const found = new Set(names);
  const first: string[] = [];
  for (let index = 0; first.length < Math.min(NAMED, missing); index++) {
    if (!found.has(partName(index))) first.push(partName(index));
  }
  const more = missing > first.length ? ` and ${missing - first.length} more` : '';
  note('name_gap', `missing: ${first.join(', ')}${more}, before ${names.at(-1)}`);
}
