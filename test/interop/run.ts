// Suites that need more than Node and npm's packages: other programs, servers, other versions of Node.
// They say by name what they skip; the last line has the totals.
//
//   npm run test:interop                 all of them
//   npm run test:interop -- spark        only the named ones
import { fakeGcsServer } from './fake-gcs-server.ts';
import { nodeVersions } from './node-versions.ts';
import { readers } from './readers.ts';
import { s3Rgw } from './s3-rgw.ts';
import { spark } from './spark.ts';
import { stores } from './stores/suite.ts';
import { Interop, type Suite } from './suite.ts';

const SUITES: readonly Suite[] = [nodeVersions, readers, spark, s3Rgw, stores, fakeGcsServer];

const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (SUITES.some((suite) => suite.name === name)) continue;
  console.error(`expected one of ${SUITES.map((suite) => suite.name).join(', ')}, got ${name}`);
  process.exit(2);
}

const totals = { passed: 0, failed: 0, skipped: 0 };
for (const suite of SUITES) {
  if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
  console.log(`# ${suite.name}`);
  await new Interop(suite.name, totals).run(suite);
}
if (totals.skipped > 0) console.log(`# ${totals.skipped} skipped`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);
