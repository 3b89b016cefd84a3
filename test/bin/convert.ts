import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../lib/report.ts';
import { jsonOf } from '../support/command.ts';
import { runHere } from '../support/run-here.ts';
import { type Cleaner, tempFolder } from '../support/temp.ts';

export interface Result {
  code: number | null;
  report: Report;
  /** The output folder. */
  out: string;
}

/** Converts NDJSON with flags into a new folder. */
export async function convert(t: Cleaner, input: string, ...flags: string[]): Promise<Result> {
  const folder = tempFolder(t);
  const out = join(folder, 'out');
  writeFileSync(join(folder, 'events.ndjson'), input);
  const outcome = await runHere(['events.ndjson', '--to', out, '--json', ...flags], {
    cwd: folder,
  });
  return { code: outcome.code, report: jsonOf<Report>(outcome), out };
}
