// Two imports of the same days at once, step by step in any order: never a `_SUCCESS` over a mix.
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { ImportError } from '../../lib/errors.ts';
import { LocalStore } from '../../lib/store/local/store.ts';
import { around, type Disk, MemoryStore } from '../store/memory-store.ts';
import { rounds } from '../support/rounds.ts';
import { broken, fileSystem, inFolder, leaveParts, onDisk, quick, run, type Step } from './runs.ts';

/** Whose turn it is, and for how many operations; when it is used up, the first run goes on. */
type Turns = { who: 0 | 1; steps: number }[];
const turns: fc.Arbitrary<Turns> = fc.array(
  fc.record({ who: fc.constantFrom(0, 1), steps: fc.integer({ min: 1, max: 30 }) }),
  { maxLength: 12 },
);

/**
 * Runs two imports at once, one operation at a time in the order of `turns`. Returns the letters
 * of those that say they committed. `gate` puts the steps of a run under this order.
 */
async function race(
  turns: Turns,
  start: (who: 0 | 1, gate: Step) => Promise<unknown>,
  look: () => void,
): Promise<string> {
  const waiting: [(() => Promise<void>)[], (() => Promise<void>)[]] = [[], []];
  const running = new Set<number>([0, 1]);
  const ends = ([0, 1] as const).map((who) => {
    const gate = <T>(op: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        waiting[who].push(() => op().then(resolve, reject));
      });
    return start(who, gate)
      .finally(() => running.delete(who))
      .then(
        () => 'ab'.charAt(who),
        (error: unknown) => {
          const code = error instanceof ImportError ? error.code : '';
          if (code !== 'E_STORE_CONFLICT' && code !== 'E_DAY_COMPLETE') throw error;
          return '';
        },
      );
  });
  const all = Promise.all(ends);
  // Awaited below; until then a failure is no unhandled one.
  all.catch(() => {});
  const order = turns.flatMap(({ who, steps }) => Array<0 | 1>(steps).fill(who));
  while (running.size > 0) {
    const turn = order.shift() ?? 0;
    const who = running.has(turn) ? turn : turn === 0 ? 1 : 0;
    // What follows from its last operation comes first.
    do await new Promise((resolve) => setImmediate(resolve));
    while (waiting[who].length === 0 && running.has(who));
    await waiting[who].shift()?.();
    look();
  }
  return (await all).join('');
}

for (const ifExists of ['fail', 'replace'] as const) {
  t.test(`two runs at once on a store without fences, ifExists ${ifExists}`, async (t) => {
    let commits = 0;
    await fc.assert(
      fc.asyncProperty(turns, fc.boolean(), async (turns, stale) => {
        const disk: Disk = new Map();
        if (stale) await leaveParts(new MemoryStore(disk));
        const start = (who: 0 | 1, gate: Step): Promise<unknown> =>
          run(around(new MemoryStore(disk), gate), 'ab'.charAt(who), ifExists);
        commits += (await race(turns, start, () => {})).length;
        t.same(broken(onDisk(disk), 'ab'), []);
      }),
      { numRuns: rounds(100) },
    );
    t.ok(commits > 0, 'never a _SUCCESS over a mix when both have ended');
  });

  for (const grain of ['operation', 'system call'] as const) {
    t.test(`two runs at once on a folder, by ${grain}, ifExists ${ifExists}`, async (t) => {
      const root = t.testdir();
      let n = 0;
      let commits = 0;
      await fc.assert(
        fc.asyncProperty(turns, fc.boolean(), fc.boolean(), async (turns, stale, complete) => {
          const folder = path.join(root, String(n++));
          fs.mkdirSync(folder);
          if (stale) await leaveParts(new LocalStore(folder, { fs: quick }));
          else if (complete) await run(new LocalStore(folder, { fs: quick }), 'o');
          const start = (who: 0 | 1, gate: Step): Promise<unknown> => {
            const letter = 'ab'.charAt(who);
            if (grain === 'system call') {
              return run(new LocalStore(folder, { fs: fileSystem(gate) }), letter, ifExists);
            }
            return run(around(new LocalStore(folder, { fs: quick }), gate), letter, ifExists);
          };
          const look = (): void => {
            const mixed = broken(inFolder(folder), 'oab');
            if (mixed.length > 0) throw new Error(`mixed: ${JSON.stringify(inFolder(folder))}`);
          };
          const winners = await race(turns, start, look);
          commits += winners.length;
          // With `replace`, one run after the other may well commit both.
          if (ifExists === 'fail' && winners.length > 1) throw new Error('both committed');
          const left = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
          const traces = left.filter((name) => name.includes('.hackle-import'));
          if (traces.length > 0) throw new Error(`left: ${traces}`);
          fs.rmSync(folder, { recursive: true });
        }),
        { numRuns: rounds(20) },
      );
      t.ok(commits > 0, 'never a _SUCCESS over a mix, at any step');
    });
  }
}
