// `npm run demo`: converts events in the vendor's format, and a real log with a mapping, into ./demo-out, and shows the
// output.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parquetReadObjects } from 'hyparquet';
import picocolors from 'picocolors';

const { bold, cyan, dim } = picocolors;
const program = fileURLToPath(new URL('../bin/hackle-import.js', import.meta.url));
const sample = (name: string): string =>
  relative('.', fileURLToPath(new URL(`../../samples/${name}`, import.meta.url)));

/** Prints a command as a user would type it, and runs it. */
function run(title: string, args: string[]): void {
  console.log(`\n${bold(title)}\n${cyan(`$ hackle-import ${args.join(' ')}`)}`);
  const { status } = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Prints every file in a folder and its subfolders, with its size. */
function list(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = join(folder, entry);
    const stats = statSync(file);
    if (stats.isFile()) console.log(`  ${String(stats.size).padStart(7)}  ${file}`);
  }
}

/** Prints the first row of a file, read by an independent Parquet reader. */
async function show(file: string): Promise<void> {
  const bytes = new Uint8Array(readFileSync(file)).buffer;
  const [row = {}] = await parquetReadObjects({ file: bytes, rowStart: 0, rowEnd: 1 });
  for (const [column, value] of Object.entries(row)) {
    const text = value instanceof Date ? value.toISOString() : JSON.stringify(value);
    console.log(
      `  ${dim(column.padEnd(19))}  ${text.length > 90 ? `${text.slice(0, 90)}…` : text}`,
    );
  }
}

// A folder of its own, in which nothing is deleted: days of an earlier demo are written anew.
const OUT = 'demo-out';
const again = ['--if-exists', 'replace'];
run('Events in the vendor’s own column names', [
  ...[sample('events.ndjson'), '--to', join(OUT, 'events'), ...again],
]);
run('Wikipedia edits of a day, through a mapping', [
  ...[sample('wikipedia.ndjson.gz'), '--mapping', sample('wikipedia.mapping.json')],
  ...['--to', join(OUT, 'wikipedia'), ...again],
]);

console.log(`\n${bold('What Hackle’s Data Import would find')}`);
list(OUT);
console.log(`\n${bold('The first event of 2023-01-01, read back by hyparquet')}`);
await show(join(OUT, 'events/dt=2023-01-01/000000000000.parquet'));
console.log(
  `\nAll of it is in ${bold(`./${OUT}`)}. Now your own: ${cyan('npx hackle-import --help')}`,
);
