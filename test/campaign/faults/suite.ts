// The points at which runs of nine shapes go wrong, each shape's spread evenly over all of its calls.
import tap, { type Test, test } from 'tap';
import { Random } from '../../../bench/random.ts';
import { rounds, SEED } from '../../support/rounds.ts';
import { type Figures, reportFigures, sumOf } from '../tally.ts';
import type { State, Undisturbed, Verdict } from './judge.ts';
import { type Fault, tryPoint, undisturbed } from './point.ts';
import { makeShape, SHAPES } from './shapes.ts';

export interface FaultSuite {
  name: string;
  title: string;
  /** Default: the nine. */
  shapes?: readonly string[];
  /** How many points a shape has, times the rounds. */
  points: number;
  /** The faults of calls, and of requests, that come in turn. */
  calls: readonly (readonly [kind: CallFault['call'], error: CallFault['error']])[];
  requests: readonly RequestFaultPoint['request'][];
}

type CallFault = Extract<Fault, { call: unknown }>;
type RequestFaultPoint = Extract<Fault, { request: unknown }>;

/** Makes the tests, one a shape. */
export function testFaults(suite: FaultSuite): void {
  const rows: Figures[] = [];
  for (const name of suite.shapes ?? SHAPES) {
    test(`${name}: ${suite.title}`, async (t) => {
      rows.push(await runShape(t, name, suite));
    });
  }
  tap.teardown(() => reportFigures(suite.name, suite.title, [...rows, sumOf(rows)]));
}

async function runShape(t: Test, name: string, suite: FaultSuite): Promise<Figures> {
  const shape = await makeShape(t, name);
  const clean = await undisturbed(shape);
  const counts = { points: 0, kills: 0, wrongSets: 0, hangs: 0, internal: 0, falseMessages: 0 };
  const days: Record<State, number> = { old: 0, new: 0, incomplete: 0, wrong: 0 };
  let identical = 0;
  for (const fault of faultsOf(clean, suite)) {
    const verdict = await tryPoint(shape, clean, fault);
    if (!verdict.hit) continue;
    counts.points++;
    if (verdict.killed) counts.kills++;
    counts.wrongSets += verdict.wrongSets.length;
    counts.hangs += verdict.hangs.length;
    counts.internal += verdict.internal.length;
    counts.falseMessages += verdict.falseMessages.length;
    for (const state of Object.values(verdict.states)) days[state]++;
    if (verdict.differentReruns.length === 0) identical++;
    assertGood(t, fault, verdict);
  }
  const { points, kills, wrongSets, hangs, internal, falseMessages } = counts;
  return {
    shape: name,
    'calls and requests of a run': clean.calls + clean.requests,
    points,
    'failed calls': points - kills,
    kills,
    'days as before': days.old,
    'days without _SUCCESS': days.incomplete,
    'new days': days.new,
    'wrong sets': wrongSets,
    hangs,
    'internal errors': internal,
    'false messages': falseMessages,
    're-runs identical': identical,
  };
}

function assertGood(t: Test, fault: Fault, verdict: Verdict): void {
  const { wrongSets, hangs, internal, falseMessages, differentReruns } = verdict;
  const found = { wrongSets, hangs, internal, falseMessages, differentReruns };
  const isGood = Object.values(found).every((list) => list.length === 0);
  const where = JSON.stringify(fault);
  if (isGood) t.pass(where);
  else t.fail(`${where}: ${verdict.outcome}`, { found });
}

/** The faults of a shape, spread evenly over its calls and requests. */
function* faultsOf(clean: Undisturbed, suite: FaultSuite): Generator<Fault> {
  const count = rounds(suite.points);
  // Requests are fewer than calls, and each of them does more.
  const share = suite.calls.length === 0 ? 1 : 3 / 4;
  const ofRequests = clean.requests === 0 ? 0 : Math.ceil(count * share);
  for (const [at, request] of spread(clean.requests, ofRequests, suite.requests)) {
    yield { at, request };
  }
  for (const [at, [call, error]] of spread(clean.calls, count - ofRequests, suite.calls)) {
    yield { at, call, error };
  }
}

/** Pairs of a place from 1 to `places` and a kind: each kind at each place if there are so many, else random places. */
function* spread<K>(places: number, most: number, kinds: readonly K[]): Generator<[number, K]> {
  const random = new Random(SEED);
  const count = Math.min(most, places * kinds.length);
  const isSparse = count < places;
  for (let n = 0; n < count; n++) {
    const at = ((n + (isSparse ? random.below(1000) / 1000 : 0)) / count) * places;
    yield [1 + Math.floor(at), kinds[n % kinds.length] as K];
  }
}
