import { ImportError } from '../lib/errors.ts';

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof EXIT_CODES;

/** Longest time that cleaning up may take after the first signal. */
const PATIENCE_MS = 10_000;

/** What signals do: the first ends the run cleanly, the second at once. */
export class Interrupts {
  readonly #controller = new AbortController();
  readonly #say: (text: string) => void;
  readonly #exit: (code: number) => void;
  #first: StopSignal | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(say: (text: string) => void, exit: (code: number) => void) {
    this.#say = say;
    this.#exit = exit;
    for (const name of Object.keys(EXIT_CODES)) process.on(name, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 130 or 143 once a signal came. */
  get exitCode(): number | undefined {
    return this.#first && EXIT_CODES[this.#first];
  }

  /** Gives signals back their usual meaning. */
  release(): void {
    clearTimeout(this.#timer);
    for (const name of Object.keys(EXIT_CODES)) process.off(name, this.#onSignal);
  }

  readonly #onSignal = (name: StopSignal): void => {
    const code = EXIT_CODES[name];
    if (this.#first !== undefined) {
      this.#exit(code);
      return;
    }
    this.#first = name;
    this.#say(
      `Stopping, and cleaning up: days that are not committed yet get no _SUCCESS.${name === 'SIGINT' ? ' Ctrl-C again exits at once.' : ''}`,
    );
    this.#timer = setTimeout(() => this.#exit(code), PATIENCE_MS).unref();
    this.#controller.abort(
      new ImportError('E_ABORTED', `stopped by ${name} before it was complete`),
    );
  };
}
