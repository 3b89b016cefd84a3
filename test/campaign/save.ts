// Keeps the figures of a campaign as the benchmarks keep theirs: bench/runs/DATE-campaign.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Machine, machine } from '../../bench/machine.ts';
import { RUNS } from '../../bench/paths.ts';
import { inPackage } from '../support/command.ts';
import { type SuiteResult, tableOf } from './tally.ts';

interface Saved {
  title: string;
  machine: Machine;
  version: string;
  suites: readonly SuiteResult[];
}

/** Adds the figures in a folder to the day's, in place of earlier ones of the same suites. */
export function saveFigures(from: string): void {
  const made = readdirSync(from).map(
    (name) => JSON.parse(readFileSync(join(from, name), 'utf8')) as SuiteResult,
  );
  const folder = join(RUNS, `${new Date().toISOString().slice(0, 10)}-campaign`);
  const file = join(folder, 'results.json');
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Saved).suites : [];
  const kept = before.filter(({ suite }) => !made.some((other) => other.suite === suite));
  const saved: Saved = {
    title: 'Runs that fail, are killed, race and are flooded',
    machine: machine(),
    version: (JSON.parse(readFileSync(inPackage('package.json'), 'utf8')) as { version: string })
      .version,
    suites: [...kept, ...made].sort((a, b) => (a.suite < b.suite ? -1 : 1)),
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(saved, null, 2)}\n`);
  writeFileSync(join(folder, 'README.md'), markdown(saved));
  console.error(`Kept in ${relative(process.cwd(), folder)}`);
}

function markdown({ title, machine: on, version, suites }: Saved): string {
  const gib = (on.memoryBytes / 2 ** 30).toFixed(0);
  const lines = [
    `# ${title}`,
    '',
    `${on.cpu}, ${on.cores} cores, ${gib} GiB, ${on.os} ${on.arch}; hackle-import ${version}.`,
    '',
  ];
  for (const { suite, command, title, date, node, seed, rounds, note, rows } of suites) {
    const again = command ?? `HACKLE_SEED=${seed} npm run campaign ${suite} ${rounds}`;
    const how = `\`${again}\`, ${date}, Node ${node}`;
    lines.push(
      `## ${title}`,
      '',
      how,
      '',
      ...(note === undefined ? [] : [note, '']),
      tableOf(rows),
    );
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
