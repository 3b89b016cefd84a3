// The command as its users have it: a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

// Compiled to dist/test/support, so the package's root is three folders up.
const root = new URL('../../../', import.meta.url);

/** A path inside the package → absolute. */
export function inPackage(path: string): string {
  return fileURLToPath(new URL(path, root));
}

/** The built command. */
export const COMMAND: string = inPackage('dist/bin/hackle-import.js');

export interface RunOptions {
  /** What is written to standard input; without it, input is empty and no pipe. */
  stdin?: string | Uint8Array;
  /** Standard input is not ended after `stdin`: the command waits for more. */
  stdinStaysOpen?: boolean;
  /** Added to the environment of the tests; undefined removes a variable. */
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  /** The Node that runs it. Default: that of the tests. */
  node?: string;
  /** The user, and group, that runs it. Only root can choose. */
  uid?: number;
  /** After so many milliseconds it is killed. Default: a minute. */
  timeout?: number;
  /** The script that is run. Default: the built command. */
  script?: string;
}

/** How a process ended and what it said. */
export interface Outcome {
  /** Null where a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** After this long, by default, a command that should have ended is killed: its outcome then has `SIGKILL`. */
const TIMEOUT_MS = 60_000;

/** A started command: the process, and how it ends. */
export interface Started {
  child: ChildProcess;
  ended: Promise<Outcome>;
}

/** Starts the command. */
export function start(args: readonly string[], options: RunOptions = {}): Started {
  const { node = process.execPath, script = COMMAND, cwd, uid, stdin } = options;
  const { timeout = TIMEOUT_MS } = options;
  const child = spawn(node, [script, ...args], {
    ...(cwd !== undefined && { cwd }),
    ...(uid !== undefined && { uid, gid: uid }),
    env: { ...process.env, ...options.env },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  // A command that does not want its input closes it.
  child.stdin?.on('error', () => {});
  if (stdin !== undefined) child.stdin?.write(stdin);
  if (!options.stdinStaysOpen) child.stdin?.end();
  killAfter(child, timeout);
  return { child, ended: outcomeOf(child) };
}

/** Kills a process after so many seconds of this machine, which a machine that is paused does not count. */
function killAfter(child: ChildProcess, timeout: number): void {
  let seconds = 0;
  const clock = setInterval(() => {
    if (++seconds * 1000 >= timeout) child.kill('SIGKILL');
  }, 1000).unref();
  child.on('exit', () => clearInterval(clock));
}

/** Runs the command to its end. */
export function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return start(args, options).ended;
}

function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...text }));
  });
}

/** Waits until something is there, looking every few milliseconds; a minute at most. */
export async function until(what: string, isThere: () => boolean, every = 20): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!isThere()) {
    if (Date.now() > deadline) throw new Error(`waited for ${what} in vain`);
    await setTimeout(every);
  }
}

/** The one JSON object that `--json` prints, or a failure that says what came instead. */
export function jsonOf<T>({ stdout, stderr, code }: Outcome): T {
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new Error(`expected one JSON object on stdout, got ${stdout}; code ${code}, ${stderr}`);
  }
}
