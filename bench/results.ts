import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Data } from './generate.ts';
import type { Machine, Versions } from './machine.ts';
import type { Run } from './measure.ts';
import { RUNS } from './paths.ts';
import { type Spread, spread } from './statistics.ts';

export interface ContestantResult {
  name: string;
  command: string;
  megabytesPerSecond: Spread;
  eventsPerSecond: Spread;
  wallSeconds: Spread;
  peakRss: Spread;
  outputBytes: number;
  runs: Run[];
}

export interface HeatResult {
  title: string;
  data: Omit<Data, 'file'>;
  contestants: ContestantResult[];
  /** What the check of the outputs found. */
  verified: string;
}

export interface Results {
  suite: string;
  title: string;
  date: string;
  command: string;
  machine: Machine;
  versions: Versions;
  heats: HeatResult[];
}

export function summarize(
  name: string,
  command: string,
  data: Data,
  runs: Run[],
): ContestantResult {
  const seconds = runs.map((run) => run.wallSeconds);
  return {
    name,
    command,
    megabytesPerSecond: spread(seconds.map((s) => data.bytes / 1e6 / s)),
    eventsPerSecond: spread(seconds.map((s) => data.events / s)),
    wallSeconds: spread(seconds),
    peakRss: spread(runs.map((run) => run.peakRss)),
    outputBytes: runs.at(-1)?.outputBytes ?? 0,
    runs,
  };
}

/** Writes `bench/runs/DATE-NAME`; an earlier result of the day is kept. */
export function save(name: string, results: Results): string {
  const base = path.join(RUNS, `${results.date.slice(0, 10)}-${name}`);
  let folder = base;
  for (let n = 2; existsSync(folder); n++) folder = `${base}-${n}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(path.join(folder, 'README.md'), markdown(results));
  return folder;
}

export function markdown(results: Results): string {
  const { machine, versions } = results;
  const known = Object.entries(versions).filter(([, version]) => version !== null);
  const lines = [
    `# ${results.title}`,
    '',
    `\`${results.command}\`, ${results.date}`,
    '',
    `${machine.cpu}, ${machine.cores} cores, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, ${machine.os} ${machine.arch}; ${known.map(([name, version]) => `${name} ${version}`).join(', ')}.`,
    '',
    'Medians, with the least and the greatest. MB are 10^6 bytes of input, MiB 2^20 bytes.',
    '',
  ];
  for (const heat of results.heats) lines.push(...heatLines(heat));
  lines.push(...ratioLines(results.heats));
  return `${lines.join('\n').trimEnd()}\n`;
}

function heatLines(heat: HeatResult): string[] {
  const { data } = heat;
  const lines = [
    `## ${heat.title}`,
    '',
    `${data.events} events, ${data.bytes} bytes, seed ${data.seed}.`,
    '',
    '| | MB/s | events/s | seconds | peak RSS, MiB | output, MB | runs |',
    '|---|--:|--:|--:|--:|--:|--:|',
  ];
  for (const c of heat.contestants) {
    const rss = { ...c.peakRss };
    for (const key of ['median', 'min', 'max'] as const) rss[key] /= 2 ** 20;
    lines.push(
      `| ${c.name} | ${cell(c.megabytesPerSecond, 1)} | ${cell(c.eventsPerSecond, 0)} | ${cell(c.wallSeconds, 2)} | ${cell(rss, 0)} | ${(c.outputBytes / 1e6).toFixed(1)} | ${c.runs.length} |`,
    );
  }
  lines.push('', heat.verified, '');
  return lines;
}

/** Throughput of the suite's first contestant over each other program's. */
function ratioLines(heats: readonly HeatResult[]): string[] {
  const all = heats.flatMap((heat) => heat.contestants);
  const first = all[0];
  const others = all.filter((contestant) => contestant.name !== first?.name);
  if (first === undefined || others.length === 0) return [];
  const ratio = (other: ContestantResult): string =>
    (first.megabytesPerSecond.median / other.megabytesPerSecond.median).toFixed(1);
  return [
    `## ${first.name}, times as fast as`,
    '',
    ...others.map((o) => `- ${o.name}: ${ratio(o)}`),
  ];
}

function cell({ median, min, max }: Spread, digits: number): string {
  const text = (figure: number): string => figure.toFixed(digits);
  return min === max ? text(median) : `${text(median)} (${text(min)}–${text(max)})`;
}
