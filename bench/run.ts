/**
 * Runs a suite of benchmarks and saves its results (see bench/README.md).
 *
 *     npm run bench -- main
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { FAILED, runHeat } from './heat.ts';
import { machine, versions } from './machine.ts';
import { markdown, save } from './report.ts';
import type { Results } from './results.ts';
import { installRivals } from './rivals/install.ts';
import type { Heat } from './suite.ts';
import { SUITES } from './suites.ts';

const USAGE = `npm run bench -- SUITE [options]

Suites:
${Object.entries(SUITES)
  .map(([name, { title }]) => `  ${name.padEnd(9)} ${title}`)
  .join('\n')}

  --runs N      runs of each contestant (default 5)
  --node NODE   node of all contestants: 20, 22, 24, 26 or a path (default: HACKLE_BENCH_NODE, or 24)
  --only TEXT   only heats or contestants whose names contain it; several times: any of them
  --scale X     X times the input, such as 0.01 for a try (default 1)
  --name NAME   of the results' folder (default: the suite's)
  --dry         print the results without keeping them`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    node: { type: 'string', default: process.env.HACKLE_BENCH_NODE ?? '24' },
    only: { type: 'string', multiple: true, default: [''] },
    scale: { type: 'string', default: '1' },
    name: { type: 'string' },
    dry: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const suiteName = positionals[0] ?? '';
const suite = SUITES[suiteName];
const runs = Number(values.runs);
const scale = Number(values.scale);
if (values.help || suite === undefined || !(runs >= 1 && scale > 0)) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}

installRivals();
const results: Results = {
  suite: suiteName,
  title: suite.title,
  date: new Date().toISOString(),
  command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
  machine: machine(),
  versions: versions(),
  heats: [],
};
const options = { runs, node: values.node, known: new Map() };
for (const heat of suite.heats.map(scaled).flatMap(selected)) {
  results.heats.push(await runHeat(heat, options));
}
console.log(markdown(results));
if (!values.dry) {
  const folder = await save(values.name ?? suiteName, results, suite.charts);
  console.error(`Kept in ${path.relative(process.cwd(), folder)}`);
}
process.exitCode = results.heats.some(({ verified }) => verified.includes(FAILED)) ? 1 : 0;

function scaled(heat: Heat): Heat {
  return { ...heat, data: { ...heat.data, size: Math.floor(heat.data.size * scale) } };
}

/**
 * Returns the heat if `--only` names it, or the heat with the contestants that `--only` names; nothing if there are
 * none.
 */
function selected(heat: Heat): Heat[] {
  const isAsked = (name: string): boolean => values.only.some((text) => name.includes(text));
  if (isAsked(heat.title)) return [heat];
  const contestants = heat.contestants.filter(({ name }) => isAsked(name));
  return contestants.length === 0 ? [] : [{ ...heat, contestants }];
}
