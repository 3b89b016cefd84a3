import { statSync } from 'node:fs';
import type { RejectCode } from '../../lib/codes.ts';
import { threadCount } from '../../lib/engine/threads/count.ts';
import { startAhead } from '../../lib/engine/threads/start.ts';
import { DEFAULTS } from '../../lib/options/defaults.ts';
import type { ConvertOptions } from '../../lib/options/options.ts';
import type { RejectRecord, Report } from '../../lib/report.ts';
import { helpText, type NamedInput, parseCommandLine, SHORT_HELP } from '../command-line.ts';
import type { CommandValues } from '../command-options.ts';
import { failureJson, failureText } from '../failure.ts';
import { convertOptions } from '../options.ts';
import { ProgressLine } from '../progress.ts';
import { RejectsFile } from '../rejects-file.ts';
import { Interrupts } from '../signals.ts';
import { type Style, styleFor } from '../style.ts';
import { isDone, mappingPlaceOf, notCommitted, summary } from '../summary.ts';
import type { World } from '../world.ts';

/** `INPUT… --to DIR`: imports events, or prints help or the version; returns the exit code. @throws ImportError */
export async function importEvents(argv: readonly string[], world: World): Promise<number> {
  const asked = parseCommandLine(argv);
  if (asked.kind === 'help') {
    world.stdout.write(helpText());
    return 0;
  }
  if (asked.kind === 'version') {
    const { version } = await import('../../lib/version.ts');
    world.stdout.write(`${version}\n`);
    return 0;
  }
  // Reads what is piped in, like any filter; but not the standard input that cron or a service gives.
  const isFed = asked.inputs.length > 0 || asked.flags.convert.filesFrom !== undefined;
  const inputs: NamedInput[] = !isFed && world.hasStdin() ? ['-'] : asked.inputs;
  if (argv.length === 0 && inputs.length === 0) {
    world.stderr.write(SHORT_HELP);
    return 2;
  }
  const { command } = asked.flags;
  const options = convertOptions(inputs, asked.flags);
  const names = inputs.filter((input) => typeof input === 'string');
  return await new Import(options, names, command, world).run();
}

/** One run of `convert`, with its progress line, rejects file and summary. */
class Import {
  readonly #options: ConvertOptions;
  /** The inputs that are no commands. */
  readonly #inputs: readonly string[];
  readonly #command: CommandValues;
  readonly #world: World;
  readonly #style: Style;
  /** The first reject of each code, for the summary. */
  readonly #examples = new Map<RejectCode, RejectRecord>();

  constructor(
    options: ConvertOptions,
    inputs: readonly string[],
    command: CommandValues,
    world: World,
  ) {
    this.#options = options;
    this.#inputs = inputs;
    this.#command = command;
    this.#world = world;
    this.#style = styleFor(world.stderr, !command.noColor);
  }

  async run(): Promise<number> {
    const { stderr } = this.#world;
    const { json, quiet, debug = false } = this.#command;
    const rejects = await this.#prepareRejects();
    const progress = stderr.isTTY && !quiet && !json ? new ProgressLine(stderr) : undefined;
    const interrupts = new Interrupts((text) => {
      progress?.clear();
      if (!json) stderr.write(`${text}\n`);
    }, this.#world.die);
    let report: Report | undefined;
    try {
      report = await this.#convert(interrupts.signal, progress, rejects);
    } catch (error) {
      progress?.clear();
      if (interrupts.exitCode === undefined) throw error;
      stderr.write(json ? failureJson(error) : failureText(error, this.#style, debug));
      return interrupts.exitCode;
    } finally {
      progress?.clear();
      const closing = Promise.resolve(rejects?.close(report !== undefined)).finally(() =>
        interrupts.release(),
      );
      // An error while closing matters only where nothing worse has happened.
      await (report === undefined ? closing.catch(() => {}) : closing);
    }
    this.#print(report, rejects?.begun ? rejects.path : undefined);
    return isDone(report) ? 0 : 3;
  }

  async #prepareRejects(): Promise<RejectsFile | undefined> {
    const path = this.#command.rejects;
    return path === undefined ? undefined : RejectsFile.prepare(path, this.#inputs);
  }

  async #convert(
    signal: AbortSignal,
    progress: ProgressLine | undefined,
    rejects: RejectsFile | undefined,
  ): Promise<Report> {
    startThreads(this.#options, this.#inputs);
    const convert = await this.#world.loadConvert();
    return await convert({
      ...this.#options,
      signal,
      onReject: (reject) => {
        if (!this.#examples.has(reject.code)) {
          this.#examples.set(reject.code, { ...reject, raw: '' });
        }
        return rejects?.write(reject);
      },
      ...(progress && { onProgress: (now) => progress.update(now) }),
    });
  }

  #print(report: Report, rejectsPath: string | undefined): void {
    const { stdout, stderr } = this.#world;
    const { json, quiet } = this.#command;
    const {
      maxRejects = DEFAULTS.maxRejects,
      to,
      dryRun = false,
      transform,
      where,
    } = this.#options;
    if (json) {
      stdout.write(`${JSON.stringify(report)}\n`);
    } else if (!quiet) {
      stderr.write(
        summary(report, {
          to: String(to),
          maxRejects,
          examples: this.#examples,
          rejectsPath,
          mappingPlace: mappingPlaceOf(this.#options),
          where,
          transformed: transform !== undefined,
          dryRun,
          style: this.#style,
        }),
      );
    } else if (!isDone(report)) {
      stderr.write(`hackle-import: ${notCommitted(report, maxRejects)}\n`);
    }
  }
}

/** Starts worker threads for large files while the library loads: each takes as long as the other. */
function startThreads(options: ConvertOptions, inputs: readonly string[]): void {
  const size = inputs.reduce((sum, input) => sum + sizeOf(input), 0);
  startAhead(threadCount(options, size));
}

/** Returns 0 for an input that is not the name of a file; opening it reports what is wrong. */
function sizeOf(input: string): number {
  try {
    return statSync(input).size;
  } catch {
    return 0;
  }
}
