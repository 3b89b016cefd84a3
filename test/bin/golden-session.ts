// Scenarios whose screen is compared with a file of test/bin/golden. UPDATE_EXPECTED=1 writes those anew: read every change.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Test, test } from 'tap';
import { type FaultPlan, PLAN } from '../campaign/faults/plan.ts';
import { useClock } from '../support/clock.ts';
import { COMMAND, inPackage, type Outcome, type Started, start } from '../support/command.ts';
import { filesIn } from '../support/folders.ts';
import { runHere } from '../support/run-here.ts';
import { withoutFigures } from '../support/screen.ts';
import { tempFolder } from '../support/temp.ts';

const NOW = '2023-01-10T15:00:00Z';

/** Kills its process where a call of `node:fs/promises` names a file that matches, once a condition is met. */
const KILLER = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout } from 'node:timers/promises';
const { call, names, after } = JSON.parse(process.env.KILL_AT);
const original = fs.promises[call];
fs.promises[call] = async (...args) => {
  if (!new RegExp(names).test(args.join(' '))) return original(...args);
  while (after !== undefined && !fs.existsSync(after)) await setTimeout(5);
  process.kill(process.pid, 'SIGKILL');
  await setTimeout(60_000);
};
syncBuiltinESMExports();
`;

/** The call of the file system before which a run is killed. */
interface KillPoint {
  call: 'link' | 'rename';
  /** What the call's paths match. */
  names: RegExp;
  /** A file that has to be there first. */
  after?: string;
}

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

  /** Names and hashes of all files of an output, hidden ones too. */
  contents(out = 'out'): string {
    return JSON.stringify(filesIn(join(this.folder, out)));
  }

  /** Names and hashes of the files of days, without what runs keep in `_hackle/`. */
  days(out = 'out'): string {
    const files = Object.entries(filesIn(join(this.folder, out)));
    return JSON.stringify(Object.fromEntries(files.filter(([name]) => name.startsWith('dt='))));
  }

  /** Writes a sentence, if it is true. */
  check(sentence: string, isTrue: boolean): void {
    this.say(isTrue ? sentence : `NOT TRUE: ${sentence}`);
  }

  async run(...args: string[]): Promise<void> {
    this.#show(args, await runHere(args, { cwd: this.folder }));
  }

  /** Runs the command as a process of its own, for variables that Node reads when it starts. */
  async start(env: Readonly<Record<string, string>>, ...args: string[]): Promise<void> {
    this.#show(args, await start(args, { cwd: this.folder, env }).ended);
  }

  /** Runs in a process, which is killed before it makes a call of the file system. */
  async killed(at: KillPoint, ...args: string[]): Promise<void> {
    this.write('killer.mjs', KILLER);
    const KILL_AT = JSON.stringify({ ...at, names: at.names.source });
    await this.#runWith(join(this.folder, 'killer.mjs'), { KILL_AT }, args);
  }

  /** Runs in a process whose folder of temporary files is full. */
  async runWithFullTmpdir(...args: string[]): Promise<void> {
    const TMPDIR = join(this.folder, 'tmp');
    mkdirSync(TMPDIR);
    const fault = { at: 1, kind: 'full', error: 'ENOSPC' } as const;
    const plan: FaultPlan = { root: TMPDIR, hits: join(this.folder, 'hits'), fault };
    const preload = inPackage('dist/test/campaign/faults/preload.js');
    await this.#runWith(preload, { TMPDIR, [PLAN]: JSON.stringify(plan) }, args);
  }

  async #runWith(
    preload: string,
    env: Readonly<Record<string, string>>,
    args: string[],
  ): Promise<void> {
    const NODE_OPTIONS = `--import ${pathToFileURL(preload).href}`;
    await this.start({ ...env, NODE_OPTIONS }, ...args);
  }

  /** Runs in a process that waits for more of its standard input, until `stop` has ended it. */
  async stopped(
    stdin: string,
    stop: (started: Started) => Promise<void>,
    ...args: string[]
  ): Promise<void> {
    const started = start(args, { cwd: this.folder, stdin, stdinStaysOpen: true });
    await stop(started);
    this.#show(args, await started.ended);
  }

  /** Runs in a process whose standard error is a full disk. */
  runWithFullStderr(...args: string[]): void {
    const full = openSync('/dev/full', 'w');
    const { status, signal, stdout } = spawnSync(process.execPath, [COMMAND, ...args], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', full],
      encoding: 'utf8',
    });
    closeSync(full);
    this.#show(args, { code: status, signal, stdout, stderr: '' }, ' 2> /dev/full');
  }

  #show(args: readonly string[], { code, signal, stdout, stderr }: Outcome, after = ''): void {
    const shown = args.map((arg) => (/^[\w.,/:=@-]+$/.test(arg) ? arg : `'${arg}'`)).join(' ');
    const ending = signal === null ? `exit code ${code}` : `killed by ${signal}`;
    this.show(`hackle-import ${shown}${after}`, stdout + stderr, ending);
  }

  /** Writes down a command, what it said, and how it ended. */
  show(command: string, text: string, ending: string): void {
    const said = withoutFigures(text)
      .replaceAll(this.folder, 'FOLDER')
      .replace(/(?<=\d files?) +[\d.]+ (?:[kM]?B|bytes?)/g, '  SIZE')
      // How far the run has got when it finds the day complete depends on the machine.
      .replace(/has read [\d,]+ of that day/, 'has read N of that day')
      .replace(/(?<=is complete already.*)\n {2}Not complete.*/, '')
      .trimEnd();
    this.#lines.push(`$ ${command}`, ...(said === '' ? [] : [said]), ending, '');
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
