import type { Cleaner } from '../support/temp.ts';

/** A suite of test/interop: one file, named in run.ts. */
export interface Suite {
  /** What it is called on the command line of the runner, such as `spark`. */
  name: string;
  /** Does `t.test(…)` for what it can do here, and `t.skip(…)` for what it cannot. */
  run(t: Interop): Promise<void>;
}

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/** What a suite tells the runner. */
export class Interop implements Cleaner {
  readonly totals: Totals;
  readonly #suite: string;
  readonly #teardowns: (() => unknown)[] = [];

  constructor(suite: string, totals: Totals) {
    this.#suite = suite;
    this.totals = totals;
  }

  /** One counted test: it fails if `check` throws, which ends only this test. False if it failed. */
  async test(name: string, check: () => unknown): Promise<boolean> {
    try {
      await check();
    } catch (error) {
      this.#fail(name, error);
      return false;
    }
    this.totals.passed++;
    console.log(`ok ${this.#suite}: ${name}`);
    return true;
  }

  /** Says that something is not tested here, and why. It counts as neither passed nor failed. */
  skip(name: string, reason: string): void {
    this.totals.skipped++;
    console.log(`skipped ${this.#suite}: ${name}: ${reason}`);
  }

  /** A line for people. */
  say(text: string): void {
    console.log(`# ${text}`);
  }

  /** Called when the suite has ended, however it ended; the last one first. */
  teardown(handler: () => unknown): void {
    this.#teardowns.unshift(handler);
  }

  /** Runs a whole suite. What it throws outside a test is a failure too. */
  async run(suite: Suite): Promise<void> {
    const before = { ...this.totals };
    try {
      await suite.run(this);
    } catch (error) {
      this.#fail('the suite itself', error);
    }
    for (const handler of this.#teardowns.splice(0)) {
      try {
        await handler();
      } catch (error) {
        this.#fail('cleaning up', error);
      }
    }
    const { passed, failed, skipped } = this.totals;
    if (passed + failed + skipped === before.passed + before.failed + before.skipped) {
      this.#fail('the suite itself', new Error('it tested nothing and named nothing it skipped'));
    }
  }

  #fail(name: string, error: unknown): void {
    this.totals.failed++;
    console.log(`not ok ${this.#suite}: ${name}`);
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    console.log(text.replace(/^/gm, '    '));
  }
}
