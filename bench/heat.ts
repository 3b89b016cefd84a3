import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Contestant } from './contestants.ts';
import { convertTo } from './formats.ts';
import { type Data, generate } from './generate.ts';
import { measure, outputFolder, type Run, warm } from './measure.ts';
import { nodeBinary, nodeVersion } from './nodes.ts';
import { DATA, ROOT } from './paths.ts';
import { type ContestantResult, type HeatResult, stepResults, summarize } from './results.ts';
import type { Heat } from './suite.ts';
import { difference, type Fingerprint, fingerprint } from './verify.ts';

/** Begins the message about a contestant that failed, or whose output is wrong. */
export const FAILED = 'FAILED';

export interface HeatOptions {
  /** Runs of each contestant. */
  runs: number;
  /** Release or path of the node that runs the contestants. */
  node: string;
  /** Fingerprints of the outputs of earlier heats, by their input events. */
  known: Map<string, Fingerprint>;
}

/** Runs the contestants in turns, so that other load on the machine affects all of them. */
export async function runHeat(heat: Heat, options: HeatOptions): Promise<HeatResult> {
  const { runs } = options;
  const nodes = new Map(
    heat.contestants.map((one) => [one, nodeBinary(one.node ?? options.node)] as const),
  );
  const data = await convertTo(heat.format ?? 'ndjson', generate(heat.data), options.node);
  await warm(data.file);
  const measured = new Map<Contestant, Run[]>(heat.contestants.map((one) => [one, []]));
  const failures: string[] = [];
  for (let round = 1; round <= runs; round++) {
    for (const [contestant, list] of measured) {
      try {
        const run = await measure(contestant, data, nodes.get(contestant) as string);
        list.push(run);
        const seconds = run.wallSeconds.toFixed(2);
        console.error(`${heat.title} · ${round}/${runs} · ${contestant.name}: ${seconds} s`);
      } catch (error) {
        // The figures of the others are valid without it.
        failures.push(`${FAILED}: ${(error as Error).message}`);
        console.error(failures.at(-1));
        measured.delete(contestant);
      }
    }
  }
  const verified = await verify([...measured.keys()], data, options.known);
  for (const contestant of heat.contestants) {
    rmSync(outputFolder(contestant), { recursive: true, force: true });
  }
  const { file, ...about } = data;
  return {
    title: heat.title,
    ...(heat.group !== undefined && { group: heat.group }),
    data: about,
    contestants: [...measured].flatMap(([contestant, list]): ContestantResult[] => {
      const command = commandLine(contestant, file);
      const node = nodeVersion(nodes.get(contestant) as string);
      if (contestant.steps) return stepResults(contestant, { command, node }, data, list);
      return [summarize(contestant, { command, node }, data, list)];
    }),
    verified: [...failures, verified].join('\n\n').trim(),
  };
}

function commandLine(contestant: Contestant, file: string): string {
  const short = (argument: string): string => {
    if (!path.isAbsolute(argument)) return argument;
    return argument.startsWith(DATA)
      ? path.join('bench/data', path.relative(DATA, argument))
      : path.relative(ROOT, argument);
  };
  return contestant.command(file, outputFolder(contestant)).map(short).join(' ');
}

/** Checks the outputs of the last runs: all events are present, and the contestants agree on every value. */
async function verify(
  contestants: readonly Contestant[],
  data: Data,
  known: Map<string, Fingerprint>,
): Promise<string> {
  const { size, days, interleaved, seed, eventSize } = data.parameters;
  const events = JSON.stringify([size, days, interleaved, seed, eventSize]);
  const writers = contestants.filter(({ does = 'import' }) => does === 'import');
  if (writers.length === 0) return '';
  for (const contestant of writers) {
    const found = await fingerprint(outputFolder(contestant));
    if (found.rows !== data.events) {
      return `${FAILED}: ${contestant.name} wrote ${found.rows} of ${data.events} rows.`;
    }
    const first = known.get(events) ?? found;
    const differs = difference(first, found);
    if (differs !== undefined) return `${FAILED}: ${contestant.name}: ${differs}.`;
    known.set(events, first);
  }
  return writers.length === 1
    ? 'Checked: every event is in the output.'
    : 'Checked: every event is in each output, and all values are equal.';
}
