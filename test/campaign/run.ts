// The long tests: those of this folder, and every test that tries random cases (test/support/rounds.ts) again, with
// many times as many of them.
//
//   npm run campaign                    for hours, with a seed of its own
//   npm run campaign -- --short         for minutes, the same cases every time
//
// HACKLE_SEED=… repeats a campaign, HACKLE_ROUNDS=… makes it shorter or longer.
import { readFileSync } from 'node:fs';
import { inPackage } from '../support/command.ts';
import { runTests, testsIn } from '../support/run-tests.ts';

const isShort = process.argv.includes('--short');
const { env } = process;
env.HACKLE_ROUNDS ??= isShort ? '5' : '200';
env.HACKLE_SEED ??= isShort ? '1' : String(Date.now() % 2 ** 31);
console.log(`HACKLE_SEED=${env.HACKLE_SEED} HACKLE_ROUNDS=${env.HACKLE_ROUNDS}`);

const isRandom = (source: string): boolean =>
  readFileSync(inPackage(source), 'utf8').includes('support/rounds.ts');
const own = testsIn('test/campaign');
const random = testsIn('test').filter((source) => !own.includes(source) && isRandom(source));
const seconds = 60 * Math.max(10, Number(env.HACKLE_ROUNDS));
await runTests([...own, ...random], { test: seconds, file: 2 * seconds });
