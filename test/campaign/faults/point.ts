// One run in which one call goes wrong, and what must hold after it.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { inPackage, type Outcome, start } from '../../support/command.ts';
import { runHere } from '../../support/run-here.ts';
import type { RequestFault } from '../targets.ts';
import {
  type Files,
  hasItsEvents,
  judgeWords,
  type State,
  statesOf,
  type Undisturbed,
  type Verdict,
} from './judge.ts';
import { type FaultPlan, PLAN } from './plan.ts';
import type { Shape } from './shapes.ts';

export type Fault =
  | {
      at: number;
      call: NonNullable<FaultPlan['fault']>['kind'];
      error: 'EIO' | 'EACCES' | 'EMFILE' | 'ENOSPC';
    }
  | { at: number; request: RequestFault };

const PRELOAD = pathToFileURL(inPackage('dist/test/campaign/faults/preload.js')).href;
/** A run of half a second that takes longer hangs, even on a machine that has much else to do. */
export const HANG_MS = 240_000;
/** Empties what runs leave, and puts back what was there before. */
function reset({ target, temp, rejects }: Shape): void {
  target.restore();
  rmSync(temp, { recursive: true, force: true });
  mkdirSync(temp);
  if (rejects !== undefined) rmSync(rejects, { force: true });
}

async function runWith(
  shape: Shape,
  plan: FaultPlan | undefined,
  args: readonly string[] = shape.args,
  onStart: (send: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Outcome> {
  const preload = `${process.env.NODE_OPTIONS ?? ''} --import ${PRELOAD}`;
  const { child, ended } = start(args, {
    timeout: HANG_MS,
    env: {
      ...shape.target.env,
      TMPDIR: shape.temp,
      ...(plan !== undefined && { [PLAN]: JSON.stringify(plan), NODE_OPTIONS: preload }),
    },
  });
  onStart((signal) => void child.kill(signal));
  return ended;
}

/** Runs without a fault, and checks with an independent reader that all events are there. */
export async function undisturbed(shape: Shape): Promise<Undisturbed> {
  const { target, before } = shape;
  reset(shape);
  if (before !== undefined) {
    await mustCommit(shape, before);
    target.keep();
  }
  const old = target.contents();
  const calls = join(shape.outside, 'calls');
  const requests = target.requests() ?? 0;
  const plan = { root: shape.root, hits: join(shape.outside, 'hits'), calls };
  const { code, stderr } = await runWith(shape, plan);
  if (code !== 0) throw new Error(stderr);
  const whole = target.contents();
  const days = [
    ...new Set(Object.keys(whole).map((name) => name.slice(0, 'dt=2023-01-01'.length))),
  ];
  const made: Undisturbed = {
    old,
    whole,
    rejects: rejectsOf(shape),
    days,
    calls: readFileSync(calls, 'utf8').split('\n').length - 1,
    requests: (target.requests() ?? 0) - requests,
  };
  for (const day of days) {
    if (!(await hasItsEvents(shape, day))) throw new Error(`${day} is not as its input`);
  }
  return made;
}

async function mustCommit(shape: Shape, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runWith(shape, undefined, args);
  if (code !== 0) throw new Error(stderr);
}

const rejectsOf = ({ rejects }: Shape): string | undefined =>
  rejects !== undefined && existsSync(rejects) ? readFileSync(rejects, 'utf8') : undefined;

/** Runs a shape with one fault, looks at what it left and said, and then runs the same command again. */
export async function tryPoint(shape: Shape, clean: Undisturbed, fault: Fault): Promise<Verdict> {
  const { target, root, outside } = shape;
  reset(shape);
  const hits = join(outside, 'hits');
  rmSync(hits, { force: true });
  const plan: FaultPlan = { root, hits };
  if ('call' in fault) plan.fault = { at: fault.at, kind: fault.call, error: fault.error };
  let isHit = false;
  const outcome = await runWith(shape, 'call' in fault ? plan : undefined, shape.args, (send) => {
    if ('call' in fault) return;
    target.atRequest(fault.at, fault.request, () => {
      isHit = true;
      if (fault.request.startsWith('kill')) send('SIGKILL');
      else if (fault.request === 'stop') send('SIGTERM');
    });
  });
  // What a server had begun for a client that is dead.
  if ('request' in fault) await setTimeout(20);
  isHit ||= existsSync(hits);
  target.atRequest(0, 'busy');
  const kind = 'call' in fault ? fault.call : fault.request;
  const killed = isHit && outcome.signal === 'SIGKILL' && kind.startsWith('kill');
  const verdict: Verdict = {
    hit: isHit,
    killed,
    states: await statesOf(shape, clean),
    wrongSets: [],
    hangs: outcome.signal === 'SIGKILL' && !killed ? ['it did not end'] : [],
    internal: [],
    falseMessages: [],
    differentReruns: [],
    outcome: '',
  };
  const { states } = verdict;
  for (const [day, state] of Object.entries(states)) {
    if (state === 'wrong') verdict.wrongSets.push(`${day} has _SUCCESS over other files`);
  }
  judgeWords(shape, outcome, { states, isStopped: kind === 'stop' }, verdict);
  await runAgain(shape, clean, { states, isDone: outcome.code === 0 }, verdict);
  if (existsSync(hits)) verdict.outcome += ` [${readFileSync(hits, 'utf8').split('\n')[0]}]`;
  return verdict;
}

/** Runs the same command again, which must leave exactly what an undisturbed run leaves. */
async function runAgain(
  shape: Shape,
  clean: Undisturbed,
  first: { states: Readonly<Record<string, State>>; isDone: boolean },
  verdict: Verdict,
): Promise<void> {
  const { target, before, temp } = shape;
  const isEqual = (): boolean => JSON.stringify(target.contents()) === JSON.stringify(clean.whole);
  if (first.isDone && isEqual()) return;
  // Without room for temporary files row groups are smaller, and a day that is complete stays so unless it is replaced.
  const isSmall = first.isDone && Object.values(first.states).every((state) => state === 'new');
  const replacing = isSmall && before === undefined ? ['--if-exists', 'replace'] : [];
  const { code, stderr } = await withEnvironment({ ...target.env, TMPDIR: temp }, () =>
    runHere([...shape.args, ...replacing]),
  );
  // A run that was killed after its last commit left nothing to do.
  const isComplete = before === undefined && Object.values(first.states).every((s) => s === 'new');
  const isRefused = code === 1 && stderr.includes('"E_DAY_COMPLETE"');
  const say = (what: string): void => void verdict.differentReruns.push(what);
  if (code !== 0 && !(isRefused && isComplete)) say(`the same again ends with ${code}: ${stderr}`);
  if (!isEqual()) say(`the same again leaves ${differenceOf(target.contents(), clean.whole)}`);
  if (readdirSync(temp).length > 0) say(`temporary files stay: ${readdirSync(temp).join()}`);
  if (code === 0 && rejectsOf(shape) !== clean.rejects) say('the rejects file is another one');
}

type Environment = Readonly<Record<string, string | undefined>>;

async function withEnvironment<R>(env: Environment, action: () => Promise<R>): Promise<R> {
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]));
  setEnvironment(env);
  try {
    return await action();
  } finally {
    setEnvironment(before);
  }
}

function setEnvironment(env: Environment): void {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

function differenceOf(found: Files, wanted: Files): string {
  const names = [...new Set([...Object.keys(found), ...Object.keys(wanted)])];
  return names
    .filter((name) => found[name] !== wanted[name])
    .map((name) => (name in found ? (name in wanted ? `another ${name}` : name) : `no ${name}`))
    .join(', ');
}
