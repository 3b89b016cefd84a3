// Runs tests. The last line has the totals.
//
//   npm test                                              all but the campaigns
//   npm run test:one test/parse/detect.test.ts test/csv   these sources, and all in these folders
import { normalize } from 'node:path';
import { runTests, testsIn } from './support/run-tests.ts';

const paths = process.argv.slice(2);
const sources = paths.length > 0 ? paths.flatMap(testsIn) : testsIn('test');
const campaign = normalize('test/campaign/');
await runTests(
  paths.length > 0 ? sources : sources.filter((source) => !source.startsWith(campaign)),
  { test: 120, file: 600 },
);
