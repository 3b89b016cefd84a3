// `npm run demo`: the vendor's format and a real log through a mapping, into ./out.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/hackle-import.js', import.meta.url));
const sample = (name: string): string =>
  fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));

rmSync('out', { recursive: true, force: true });
const runs = [
  [sample('events.ndjson'), '--to', 'out/events'],
  [
    sample('wikipedia.ndjson.gz'),
    '--mapping',
    sample('wikipedia.mapping.json'),
    '--to',
    'out/wikipedia',
  ],
];
for (const run of runs) {
  const { status } = spawnSync(process.execPath, [program, ...run], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
