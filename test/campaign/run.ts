// The long tests: those of this folder, and every test that tries random cases (test/support/rounds.ts) again, with
// many times as many of them.
//
//   npm run campaign                    for hours, with a seed of its own
//   npm run campaign -- --short         for minutes, the same cases every time
//   npm run campaign faults 40          the tests with that in their path, with so many times as many cases
//   npm run campaign -- --save          also keeps the figures in bench/runs/DATE-campaign
//
// HACKLE_SEED=… repeats a campaign, HACKLE_ROUNDS=… makes it shorter or longer.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inPackage } from '../support/command.ts';
import { runTests, testsIn } from '../support/run-tests.ts';
import { saveFigures } from './save.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});
const [name = '', asked] = positionals;
const { env } = process;
if (asked !== undefined) env.HACKLE_ROUNDS = asked;
env.HACKLE_ROUNDS ??= values.short ? '5' : '200';
env.HACKLE_SEED ??= values.short ? '1' : String(Date.now() % 2 ** 31);
if (!(Number(env.HACKLE_ROUNDS) > 0)) {
  console.error(`expected a number of rounds, got ${env.HACKLE_ROUNDS}`);
  process.exit(2);
}
console.log(`HACKLE_SEED=${env.HACKLE_SEED} HACKLE_ROUNDS=${env.HACKLE_ROUNDS}`);

const isRandom = (source: string): boolean =>
  readFileSync(inPackage(source), 'utf8').includes('support/rounds.ts');
const own = testsIn('test/campaign');
const random = testsIn('test').filter((source) => !own.includes(source) && isRandom(source));
// The servers of this one take up to twenty minutes to compile: only where it is named, or there are hours.
const isTooLong = (source: string): boolean =>
  values.short && name === '' && source === 'test/campaign/stores.test.ts';
const chosen = [...own, ...random].filter((source) => source.includes(name) && !isTooLong(source));
if (chosen.length === 0) {
  console.error(`expected a part of the path of a long or random test, got ${name}`);
  process.exit(2);
}
if (values.save) env.HACKLE_CAMPAIGN_RESULTS ??= mkdtempSync(join(tmpdir(), 'hackle-campaign-'));
const seconds = 60 * Math.max(10, Number(env.HACKLE_ROUNDS));
await runTests(chosen, { test: seconds, file: 2 * seconds });
if (values.save) saveFigures(env.HACKLE_CAMPAIGN_RESULTS as string);
