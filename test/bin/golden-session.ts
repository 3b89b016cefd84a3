// Scenarios whose screen is compared with a file of test/bin/golden.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { useClock } from '../support/clock.ts';
import { inPackage, type Outcome, run } from '../support/command.ts';
import { runHere } from '../support/run-here.ts';
import { withoutFigures } from '../support/screen.ts';
import { tempFolder } from '../support/temp.ts';

const NOW = '2023-01-10T15:00:00Z';

/** A folder in which commands are run; what they say is written down. */
export class Session {
  readonly folder: string;
  readonly #lines: string[] = [];
  readonly #hidden: [text: string, name: string][] = [];

  constructor(t: Test) {
    this.folder = tempFolder(t);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Shows a text of this machine, such as an address, under a name. */
  hide(text: string, name: string): void {
    this.#hidden.push([text, name]);
  }

  /** Writes a sentence between the commands. */
  say(text: string): void {
    this.#lines.push(`# ${text}`, '');
  }

  run(...args: string[]): Promise<void> {
    return this.#show(args, runHere(args, { cwd: this.folder }));
  }

  /** Runs the command as a process of its own, for variables that Node reads when it starts. */
  start(env: Readonly<Record<string, string>>, ...args: string[]): Promise<void> {
    return this.#show(args, run(args, { cwd: this.folder, env }));
  }

  async #show(args: readonly string[], outcome: Promise<Outcome>): Promise<void> {
    const { code, stdout, stderr } = await outcome;
    const shown = args.map((arg) => (/^[\w.,/:=@-]+$/.test(arg) ? arg : `'${arg}'`)).join(' ');
    const said = withoutFigures(stdout + stderr)
      .replaceAll(this.folder, 'FOLDER')
      .replace(/(?<=\d files?) +[\d.]+ (?:[kM]?B|bytes?)/g, '  SIZE')
      // How far the run has got when it finds the day complete depends on the machine.
      .replace(/has read [\d,]+ of that day/, 'has read N of that day')
      .replace(/(?<=is complete already.*)\n {2}Not complete.*/, '');
    this.#lines.push(`$ hackle-import ${shown}`, said.trimEnd(), `exit code ${code}`, '');
  }

  get text(): string {
    return this.#hidden.reduce(
      (text, [hidden, name]) => text.replaceAll(hidden, name),
      this.#lines.join('\n'),
    );
  }
}

/** Replays a scenario, and compares the screen with its golden file. */
export function golden(
  name: string,
  about: string,
  play: (session: Session, t: Test) => Promise<void>,
): void {
  test(`${name}: ${about}`, { skip: process.platform === 'win32' }, async (t) => {
    useClock(t, NOW);
    const session = new Session(t);
    session.say(about);
    await play(session, t);
    const file = inPackage(`test/bin/golden/${name}.txt`);
    if (process.env.UPDATE_EXPECTED) writeFileSync(file, session.text);
    t.equal(session.text, readFileSync(file, 'utf8'));
  });
}
