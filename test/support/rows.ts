import type { EventBatch } from '../../lib/batch/event-batch.ts';
import { LIMIT_CODES, REJECT_CODES, type RejectCode } from '../../lib/codes.ts';
import { rejectMessage } from '../../lib/messages.ts';

const REJECTS: ReadonlySet<string> = new Set([...REJECT_CODES, ...LIMIT_CODES]);

/** A row of a parsed batch, as far as tests of parsers look at it. */
export interface ParsedRow {
  code: string;
  source: string;
  line: number;
  offset: number;
  raw: string;
  /** event_key of a good row. */
  key: string;
  message: string | undefined;
}

/** The rows of batches, which are released; guard words are checked. */
export function rowsOf(batches: Iterable<EventBatch>): ParsedRow[] {
  const rows: ParsedRow[] = [];
  for (const batch of batches) {
    for (let row = 0; row < batch.rows; row++) {
      const code = batch.codeName(row);
      const isReject = REJECTS.has(code);
      rows.push({
        code,
        ...batch.origin(row),
        key: code === 'ok' ? batch.scalar(row, 'event_key').text : '',
        message: isReject ? rejectMessage(batch, row, code as RejectCode) : undefined,
      });
    }
    batch.kernel.arena.checkGuards();
    batch.release();
  }
  return rows;
}
