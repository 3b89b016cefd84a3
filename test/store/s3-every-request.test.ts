import t from 'tap';
import { S3Fault } from '../servers/s3-fault.ts';
import { startS3, useToolCredentials } from '../servers/s3-support.ts';
import { IMPATIENT, runLocally, runToS3 } from './s3-run.ts';

// One run after another, each with the same fault one request later, until a run ends before it.
useToolCredentials();
t.before(() => runLocally(t));

/** More than a run of this job makes. */
const MOST = 60;

const AT_A_TIME = 6;

/** Calls `each` with 0, 1, 2 … several at a time, until it says that the run made fewer requests. */
async function everyRequest(each: (number: number) => Promise<boolean>): Promise<number> {
  let next = 0;
  let isOver = false;
  const work = async (): Promise<void> => {
    while (!isOver) if (!(await each(next++))) isOver = true;
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return next;
}

t.test('whichever reply is lost, the run commits', async (t) => {
  const runs = await everyRequest(async (number) => {
    const server = await startS3(t);
    server.hooks = { after: (call) => (call.number === number ? 'lose' : undefined) };
    const { report } = await runToS3(t, server);
    t.ok(report, `reply ${number}: ${server.calls[number]?.operation}`);
    return server.calls.length > number;
  });
  t.ok(runs > 20 && runs < MOST, `${runs} runs`);
});

t.test(
  'whenever the server fails for good, a day with _SUCCESS is whole, and the next run repairs',
  async (t) => {
    const runs = await everyRequest(async (number) => {
      const server = await startS3(t);
      server.hooks = {
        before: (call) => {
          if (call.number >= number) throw new S3Fault(503, 'SlowDown', 'gone');
        },
      };
      const { error } = await runToS3(t, server, server.endpoint, IMPATIENT);
      const { length } = server.calls;
      server.hooks = {};
      server.bucket.uploads.clear();
      const again = await runToS3(t, server, server.endpoint, { ifExists: 'replace' });
      t.ok(again.report, `dead at ${number}: ${server.calls[number]?.operation}`);
      t.equal(error === undefined, length <= number);
      return length > number;
    });
    t.ok(runs > 20 && runs < MOST, `${runs} runs`);
  },
);

t.test('whenever a run is stopped, a day with _SUCCESS is whole', async (t) => {
  const runs = await everyRequest(async (number) => {
    const server = await startS3(t);
    const stop = new AbortController();
    server.hooks = {
      before: (call) => {
        if (call.number === number) stop.abort();
      },
    };
    await runToS3(t, server, server.endpoint, { signal: stop.signal });
    return server.calls.length > number;
  });
  t.ok(runs > 20 && runs < MOST, `${runs} runs`);
});
