import { statSync } from 'node:fs';
import type { RejectCode } from '../lib/codes.ts';
import { threadCount } from '../lib/engine/threads/count.ts';
import { startAhead } from '../lib/engine/threads/start.ts';
import type { ConvertOptions } from '../lib/options/options.ts';
import type { RejectRecord, Report } from '../lib/report.ts';
import { statOfStdin } from '../lib/source/stdin.ts';
import { isBucketCommand, runBucketCommand } from './bucket-commands.ts';
import { helpText, parseCommandLine, SHORT_HELP } from './command-line.ts';
import { exitCodeOf, failureJson, failureText } from './failure.ts';
import type { FlagValues } from './flags.ts';
import { convertOptions } from './options.ts';
import { ProgressLine } from './progress.ts';
import { RejectsFile } from './rejects-file.ts';
import { die, Interrupts } from './signals.ts';
import { styleFor } from './style.ts';
import { mappingPlaceOf, notCommitted, summary } from './summary.ts';
import type { World } from './world.ts';

export const PROCESS: World = {
  stdout: process.stdout,
  stderr: process.stderr,
  hasStdin,
  loadConvert: async () => (await import('../lib/convert.ts')).convert,
  die,
};

/** The command: arguments → exit code. */
export async function run(argv: readonly string[], world: World = PROCESS): Promise<number> {
  const json = argv.includes('--json');
  const debug = argv.includes('--debug');
  const style = styleFor(world.stderr, !argv.includes('--no-color'));
  try {
    if (argv[0] === 'presets') {
      const { presetsText } = await import('./presets-command.ts');
      world.stdout.write(presetsText(argv.slice(1)));
      return 0;
    }
    if (isBucketCommand(argv)) return await runBucketCommand(argv, world);
    const asked = parseCommandLine(argv);
    if (asked.kind === 'help') {
      world.stdout.write(helpText());
      return 0;
    }
    if (asked.kind === 'version') {
      const { version } = await import('../lib/version.ts');
      world.stdout.write(`${version}\n`);
      return 0;
    }
    // Like any filter: what is piped in is read. Not what cron or a service has there.
    const inputs = asked.inputs.length === 0 && world.hasStdin() ? ['-'] : asked.inputs;
    if (argv.length === 0 && inputs.length === 0) {
      world.stderr.write(SHORT_HELP);
      return 2;
    }
    return await convertAndTell(convertOptions(inputs, asked.flags), asked.flags, world);
  } catch (error) {
    world.stderr.write(json ? failureJson(error) : failureText(error, style, debug));
    return exitCodeOf(error);
  }
}

async function convertAndTell(
  options: ConvertOptions,
  flags: FlagValues,
  world: World,
): Promise<number> {
  const { stdout, stderr } = world;
  const style = styleFor(stderr, flags.color);
  const inputs = options.inputs.filter((input) => typeof input === 'string');
  const rejects =
    flags.rejects === undefined ? undefined : await RejectsFile.prepare(flags.rejects, inputs);
  const progress =
    stderr.isTTY && !flags.quiet && !flags.json ? new ProgressLine(stderr) : undefined;
  const examples = new Map<RejectCode, RejectRecord>();
  const interrupts = new Interrupts((text) => {
    progress?.clear();
    if (!flags.json) stderr.write(`${text}\n`);
  }, world.die);
  let report: Report | undefined;
  try {
    startThreads(options, inputs);
    const convert = await world.loadConvert();
    report = await convert({
      ...options,
      signal: interrupts.signal,
      onReject: (reject) => {
        if (!examples.has(reject.code)) examples.set(reject.code, { ...reject, raw: '' });
        return rejects?.write(reject);
      },
      ...(progress && { onProgress: (now) => progress.update(now) }),
    });
  } catch (error) {
    progress?.clear();
    if (interrupts.exitCode === undefined) throw error;
    stderr.write(flags.json ? failureJson(error) : failureText(error, style, flags.debug));
    return interrupts.exitCode;
  } finally {
    progress?.clear();
    const closing = Promise.resolve(rejects?.close(report !== undefined)).finally(() =>
      interrupts.release(),
    );
    // An error of its own matters only where nothing worse has happened.
    await (report === undefined ? closing.catch(() => {}) : closing);
  }

  const { maxRejects = 0 } = options;
  if (flags.json) stdout.write(`${JSON.stringify(report)}\n`);
  else if (!flags.quiet) {
    const rejectsPath = rejects?.begun ? rejects.path : undefined;
    stderr.write(
      summary(report, {
        to: flags.to ?? '',
        maxRejects,
        examples,
        rejectsPath,
        mappingPlace: mappingPlaceOf(options),
        days: options,
        transformed: options.transform !== undefined,
        dryRun: options.dryRun ?? false,
        style,
      }),
    );
  } else if (report.status === 'rejected') {
    stderr.write(`hackle-import: ${notCommitted(report, maxRejects)}\n`);
  }
  return report.status === 'rejected' ? 3 : 0;
}

/** Threads take as long to start as the library takes to load: where files are large, both begin at once. */
function startThreads(options: ConvertOptions, inputs: readonly string[]): void {
  startAhead(
    threadCount(
      options,
      inputs.reduce((sum, input) => sum + sizeOf(input), 0),
    ),
  );
}

/** 0 for what is no file's name. What is wrong with one that should be is told where it is opened. */
function sizeOf(input: string): number {
  try {
    return statSync(input).size;
  } catch {
    return 0;
  }
}

function hasStdin(): boolean {
  const stdin = statOfStdin();
  return stdin !== undefined && (stdin.isFIFO() || stdin.isFile() || stdin.isSocket());
}
