import { setTimeout as sleep } from 'node:timers/promises';
import { ImportError } from '../lib/errors.ts';

/** SIGHUP comes when a terminal closes. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof EXIT_CODES;

/** The longest that cleaning up may take after the first signal. */
const CLEAN_UP_MS = 10_000;

/** A file operation that takes longer than this after a stop hangs. */
const HANGING_MS = 1000;

/** How long resources that are no longer used, such as idle connections, may delay the exit. */
const IDLE_MS = 50;

/** Ends a run on signals: cleanly on the first, at once on the second. */
export class Interrupts {
  readonly #controller = new AbortController();
  readonly #say: (text: string) => void;
  readonly #die: (name: StopSignal) => void;
  #first: StopSignal | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(say: (text: string) => void, die: (name: StopSignal) => void) {
    this.#say = say;
    this.#die = die;
    for (const name of Object.keys(EXIT_CODES)) process.on(name, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 129, 130 or 143 after a signal. */
  get exitCode(): number | undefined {
    return this.#first && EXIT_CODES[this.#first];
  }

  /** Restores the default action of signals. */
  release(): void {
    clearTimeout(this.#timer);
    for (const name of Object.keys(EXIT_CODES)) process.off(name, this.#onSignal);
  }

  readonly #onSignal = (name: StopSignal): void => {
    if (this.#first !== undefined) {
      this.release();
      this.#die(name);
      return;
    }
    this.#first = name;
    this.#say(
      `Stopping, and cleaning up: no further day is committed.${name === 'SIGINT' ? ' Ctrl-C again exits at once.' : ''}`,
    );
    this.#timer = setTimeout(() => {
      this.release();
      this.#die(name);
    }, CLEAN_UP_MS).unref();
    this.#controller.abort(
      new ImportError('E_ABORTED', `stopped by ${name} before it was complete`, {
        hint: 'Run it again: that repairs what this run left behind.',
      }),
    );
  };
}

/**
 * Ends the process now. `process.exit` would wait for file operations that hang, such as opening a pipe that
 * no process has open at the other end. A signal waits for nothing, and shells report the same code.
 */
export function die(name: StopSignal): void {
  process.kill(process.pid, name);
}

/**
 * Lets the process end with an exit code, even if a stopped run left a file operation hanging. It does not call
 * `process.exit` at first: that waits for threads that compile, which may wait for a garbage collection that only
 * the main thread makes (nodejs/node#54918), and the process would hang. Idle connections and stdin are given a
 * moment to close.
 */
export async function exit(code: number): Promise<void> {
  const names = Object.keys(EXIT_CODES) as StopSignal[];
  const stopped = names.find((name) => EXIT_CODES[name] === code);
  if (stopped !== undefined) {
    for (let wait = HANGING_MS; isAtFiles(); wait -= 10) {
      if (wait <= 0) die(stopped);
      await sleep(10);
    }
  }
  process.exitCode = code;
  setTimeout(() => process.exit(code), IDLE_MS).unref();
}

/** Whether a file operation is running. */
function isAtFiles(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
}
