import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { startS3, urlOf, useToolCredentials } from '../../../servers/s3-support.ts';
import { filesOn, runLocally, runToS3, wholeDays } from '../../../store/s3/run.ts';
import { rounds } from '../../../support/rounds.ts';

useToolCredentials();
t.before(() => runLocally(t));

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));
const KILLS = rounds(1);
t.test(`killed at ${KILLS} random moments; then a plain run`, async (t) => {
  const undisturbed = await startS3(t);
  await runToS3(t, undisturbed);
  const requests = undisturbed.calls.length;
  let killed = 0;
  for (let n = 0; n < KILLS; n++) {
    const server = await startS3(t);
    const child = spawn(process.execPath, [CHILD, server.endpoint, urlOf(server)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const moment = Math.floor(((n + Math.random()) / KILLS) * requests);
    const kill = (call: { number: number }): undefined => {
      if (call.number >= moment) child.kill('SIGKILL');
    };
    // Before it is carried out, or after.
    server.hooks = n % 2 === 0 ? { before: kill } : { after: kill };
    const [, signal] = await once(child, 'exit');
    if (signal === 'SIGKILL') killed++;
    server.hooks = {};
    t.ok(wholeDays(filesOn(server)), `killed at request ${moment}: no _SUCCESS too early`);
    // Uploads of a killed run are removed by the bucket's lifecycle rule, of which this server has none.
    server.bucket.uploads.clear();
    await runToS3(t, server, server.endpoint, { ifExists: 'skip' });
  }
  t.equal(killed, KILLS);
});
