import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { drawCharts } from './charts.ts';
import { PRODUCT } from './contestants.ts';
import { RUNS } from './paths.ts';
import type { ContestantResult, HeatResult, Results } from './results.ts';
import type { Spread } from './statistics.ts';
import type { Chart } from './suite.ts';

/** Writes the results to `bench/runs/DATE-NAME`. An earlier result of the same day is kept. */
export async function save(
  name: string,
  results: Results,
  charts: readonly Chart[],
): Promise<string> {
  const base = path.join(RUNS, `${results.date.slice(0, 10)}-${name}`);
  let folder = base;
  for (let n = 2; existsSync(folder); n++) folder = `${base}-${n}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  const drawn = await drawCharts(charts, results);
  for (const { file, svg } of drawn) writeFileSync(path.join(folder, file), svg);
  writeFileSync(path.join(folder, 'README.md'), markdown(results, drawn));
  return folder;
}

/** Returns the results as Markdown. */
export function markdown(
  results: Results,
  charts: readonly { file: string; title: string }[] = [],
): string {
  const { machine, versions } = results;
  const nodes = new Set(results.heats.flatMap((heat) => heat.contestants.map(({ node }) => node)));
  const known = Object.entries({ ...versions, Node: [...nodes].join(', ') }).filter(
    ([, version]) => version !== null,
  );
  const lines = [
    `# ${results.title}`,
    '',
    `\`${results.command}\`, ${results.date}`,
    '',
    `${machine.cpu}, ${machine.cores} cores, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, ${machine.os} ${machine.arch}; ${known.map(([name, version]) => `${name} ${version}`).join(', ')}.`,
    '',
    'Medians, with the least and the greatest. MB are 10^6 bytes of uncompressed input, MiB 2^20 bytes.',
    '',
    ...charts.flatMap(({ file, title }) => [`![${title}](${file})`, '']),
  ];
  for (const heat of results.heats) lines.push(...heatLines(heat), ...ratioLines(heat, results));
  return `${lines.join('\n').trimEnd()}\n`;
}

function heatLines({ title, data, contestants, verified }: HeatResult): string[] {
  return [
    `## ${title}`,
    '',
    `${data.events} events, ${data.bytes} bytes (${Math.round(data.bytes / data.events)} an event), seed ${data.parameters.seed}.`,
    '',
    '| | MB/s | events/s | seconds | CPU seconds | peak RSS, MiB | output, MB | runs |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...contestants.map((c) =>
      [
        `| ${c.name}`,
        cell(c.megabytesPerSecond, 1),
        cell(c.eventsPerSecond, 0),
        cell(c.wallSeconds, 2),
        cell(c.cpuSeconds, 2),
        cell(c.peakRss, 0, 2 ** 20),
        c.outputBytes === null ? '–' : (c.outputBytes / 1e6).toFixed(1),
        `${c.runs.length} |`,
      ].join(' | '),
    ),
    '',
    ...(verified === '' ? [] : [verified, '']),
  ];
}

/**
 * Returns lines that say how many times as fast the product is. If a heat lacks the product, its figures of the other
 * heats are used.
 */
function ratioLines(heat: HeatResult, { heats }: Results): string[] {
  const others = heat.contestants.filter((one) => !isOurs(one) && one.outputBytes !== null);
  const own = heat.contestants.find(isOurs);
  if (own) return ratioLine(own.name, own, others);
  return heats.flatMap(({ title, contestants }) => {
    const ours = contestants.find(isOurs);
    return ours ? ratioLine(`${ours.name} (${title})`, ours, others) : [];
  });
}

function isOurs({ name }: ContestantResult): boolean {
  return name.startsWith(PRODUCT);
}

function ratioLine(
  name: string,
  ours: ContestantResult,
  others: readonly ContestantResult[],
): string[] {
  const rate = ours.megabytesPerSecond?.median;
  if (rate === undefined) return [];
  const ratios = others.flatMap((other) =>
    other.megabytesPerSecond === null
      ? []
      : [`${(rate / other.megabytesPerSecond.median).toFixed(1)} times ${other.name}`],
  );
  return ratios.length === 0 ? [] : [`${name}: ${ratios.join('; ')}.`, ''];
}

function cell(figures: Spread | null, digits: number, unit = 1): string {
  if (figures === null) return '–';
  const text = (figure: number): string => (figure / unit).toFixed(digits);
  const { median, min, max } = figures;
  return min === max ? text(median) : `${text(median)} (${text(min)}–${text(max)})`;
}
