import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ImportError } from '../errors.ts';
import { LastLines } from './last-lines.ts';
import { readStream } from './read.ts';
import { StreamSource } from './stream-source.ts';

/**
 * A program whose standard output is the input. Nothing is committed unless it exits with 0, which a pipe cannot
 * promise: its reader sees the same end of input whether the program has finished or died.
 */
export interface CommandInput {
  /** The program and its arguments. No shell reads them. */
  command: readonly string[];
  /** Name for messages and reject records. Default: the program, without arguments, which may hold passwords. */
  name?: string;
}

/** Whether a value is a command to run. */
export function isCommandInput(value: unknown): value is CommandInput {
  if (typeof value !== 'object' || value === null || !('command' in value)) return false;
  const { command, name = 'x' } = value as Partial<CommandInput>;
  const areTexts = Array.isArray(command) && command.every((word) => typeof word === 'string');
  return areTexts && Boolean(command[0]) && typeof name === 'string' && name !== '';
}

/** The output of a command, which is started when it is first read. */
export class CommandSource extends StreamSource {
  #stopped: Promise<unknown> = Promise.resolve();

  constructor({ command, name = command[0] ?? '' }: CommandInput) {
    super(name, undefined, (signal) => {
      signal.throwIfAborted();
      const child = start(command, name);
      const ending = endingOf(child);
      this.#stopped = ending;
      return outputOf(child, ending, name, signal);
    });
  }

  async stopped(): Promise<void> {
    await this.#stopped;
  }
}

/** Time in which a command may end by itself after it was asked to, before it is killed. */
const KILL_AFTER_MS = 2000;
/** Time for which a failed command's output is still read: a process that it left may hold the pipes open for ever. */
const LAST_WORDS_MS = 1000;

/** How a command ended: by an exit code, by a signal, or because it could not be started. */
interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: Error;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Yields the standard output of a command. @throws ImportError E_INPUT_COMMAND unless it exits with 0 */
async function* outputOf(
  child: Child,
  ending: Promise<Ending>,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const said = new LastLines();
  child.stderr.on('data', (bytes: Buffer) => said.add(bytes));
  const closed = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  let failed: Ending | undefined;
  const failure = ending.then(async (end) => {
    if (end.code === 0) return;
    await Promise.race([closed, sleep(LAST_WORDS_MS, undefined, { ref: false })]);
    failed = end;
    child.stdout.destroy();
  });
  // Also while nothing is read: the consumer may wait for something that never comes.
  const stop = (): void => end(child, ending);
  signal.addEventListener('abort', stop, { once: true });
  try {
    try {
      yield* readStream(child.stdout, name, signal);
    } catch (error) {
      if (failed === undefined || signal.aborted) throw error;
    }
    await Promise.race([failure, aborted(signal)]);
    if (failed !== undefined) throw commandError(name, failed, said.lines);
  } finally {
    signal.removeEventListener('abort', stop);
    end(child, ending);
    await ending;
  }
}

/** Starts a command with an empty standard input. */
function start([program = '', ...words]: readonly string[], name: string): Child {
  try {
    return spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  } catch (error) {
    throw commandError(name, { code: null, signal: null, error: error as Error }, []);
  }
}

function endingOf(child: Child): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** Rejects with the reason of a signal when it is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** Ends a command that still runs, and the pipes to the processes that it started. */
function end(child: Child, ending: Promise<Ending>): void {
  child.stdout.destroy();
  child.stderr.destroy();
  if (child.killed || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  void ending.then(() => clearTimeout(timer));
}

function commandError(
  name: string,
  { code, signal, error }: Ending,
  lines: readonly string[],
): ImportError {
  const position = { source: name };
  if (error !== undefined) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = isMissing ? 'there is no such program' : error.message;
    return new ImportError('E_INPUT_COMMAND', `${name}: the command cannot be run: ${why}`, {
      hint: 'No shell reads the command. Give its program and each argument as a word of its own, or run sh -c.',
      position,
      cause: error,
    });
  }
  const how = signal === null ? `exited with ${code}` : `was ended by ${signal}`;
  const said =
    lines.length === 0
      ? ', and wrote nothing to standard error'
      : `; the end of its standard error:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  return new ImportError('E_INPUT_COMMAND', `${name}: the command ${how}${said}`, {
    hint: 'Nothing was committed, since its output may lack events.',
    position,
  });
}
