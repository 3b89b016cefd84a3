/**
 * Runs a suite of benchmarks and keeps its results: see bench/README.md.
 *
 *     npm run bench -- main
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Contestant } from './contestants.ts';
import { type Data, generate } from './generate.ts';
import { machine, versions } from './machine.ts';
import { measure, outputFolder, type Run, warm } from './measure.ts';
import { ROOT } from './paths.ts';
import { type HeatResult, markdown, type Results, save, summarize } from './results.ts';
import { installRivals } from './rivals/install.ts';
import { type Heat, SUITES } from './suites.ts';
import { difference, type Fingerprint, fingerprint } from './verify.ts';

const USAGE = `npm run bench -- SUITE [options]

Suites: ${Object.keys(SUITES).join(', ')}

  --runs N      runs of each contestant (default 5)
  --node PATH   node that runs the contestants (default: HACKLE_BENCH_NODE, or this one)
  --only TEXT   only contestants whose name contains it
  --name NAME   of the results' folder (default: the suite's)
  --dry         print the results without keeping them`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    node: { type: 'string', default: process.env.HACKLE_BENCH_NODE ?? process.execPath },
    only: { type: 'string', default: '' },
    name: { type: 'string' },
    dry: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const suiteName = positionals[0] ?? '';
const suite = SUITES[suiteName];
const runs = Number(values.runs);
if (values.help || suite === undefined || !Number.isInteger(runs) || runs < 1) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}

installRivals();
const heats: HeatResult[] = [];
for (const heat of suite.heats) {
  const contestants = heat.contestants.filter(({ name }) => name.includes(values.only));
  if (contestants.length > 0) heats.push(await runHeat({ ...heat, contestants }));
}
const results: Results = {
  suite: suiteName,
  title: suite.title,
  date: new Date().toISOString(),
  command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
  machine: machine(),
  versions: versions(values.node),
  heats,
};
console.log(markdown(results));
if (!values.dry) {
  const folder = save(values.name ?? suiteName, results);
  console.error(`Kept in ${path.relative(process.cwd(), folder)}`);
}
process.exitCode = heats.some((heat) => heat.verified.startsWith('NOT')) ? 1 : 0;

async function runHeat(heat: Heat): Promise<HeatResult> {
  const data = generate(heat.data);
  await warm(data.file);
  const measured = new Map<Contestant, Run[]>(heat.contestants.map((c) => [c, []]));
  const rounds = heat.runs ?? runs;
  // In turns, so that whatever else the machine does meets all of them.
  for (let round = 1; round <= rounds; round++) {
    for (const [contestant, list] of measured) {
      const run = await measure(contestant, data, values.node);
      list.push(run);
      const rate = (data.bytes / 1e6 / run.wallSeconds).toFixed(1);
      console.error(`${heat.title} · ${round}/${rounds} · ${contestant.name}: ${rate} MB/s`);
    }
  }
  const { file, ...about } = data;
  return {
    title: heat.title,
    data: about,
    contestants: [...measured].map(([contestant, list]) =>
      summarize(contestant.name, commandLine(contestant, file), data, list),
    ),
    verified: await verify(heat.contestants, data),
  };
}

function commandLine(contestant: Contestant, file: string): string {
  const argv = contestant.arguments(file, outputFolder(contestant));
  return ['node', ...argv.map((a) => (path.isAbsolute(a) ? path.relative(ROOT, a) : a))].join(' ');
}

/** Reads the outputs of the last runs: all events are there, and contestants agree on every value. */
async function verify(contestants: readonly Contestant[], data: Data): Promise<string> {
  let first: Fingerprint | undefined;
  for (const contestant of contestants) {
    const found = await fingerprint(outputFolder(contestant));
    if (found.rows !== data.events) {
      return `NOT EQUAL: ${contestant.name} wrote ${found.rows} of ${data.events} rows.`;
    }
    const differs = first && difference(first, found);
    if (differs !== undefined) return `NOT EQUAL: ${contestant.name}: ${differs}.`;
    first ??= found;
  }
  return contestants.length === 1
    ? 'Checked: every event is in the output.'
    : 'Checked: every event is in each output, and all values are equal.';
}
