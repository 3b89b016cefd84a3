import t from 'tap';
import { S3Fault } from '../../../servers/s3-fault.ts';
import { startS3, useToolCredentials } from '../../../servers/s3-support.ts';
import { runLocally, runToS3 } from '../../../store/s3/run.ts';

// One run after another, each with the same fault one request later, until a run ends before it.
useToolCredentials();
t.before(() => runLocally(t));

const AT_A_TIME = 4;
/** Some of the faults come when all days are committed. */
const NOTE_MAY_STAY = { noteMayStay: true };

/** Calls `each` with first, first + step … several at a time, until it says that the run made fewer requests. */
async function everyRequest(
  [first, step]: [first: number, step: number],
  each: (number: number) => Promise<boolean>,
): Promise<number> {
  let next = first;
  let isOver = false;
  const work = async (): Promise<void> => {
    while (!isOver) {
      const number = next;
      next += step;
      if (!(await each(number))) isOver = true;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return next;
}

t.test('whichever reply is lost, the run commits', async (t) => {
  const requests = await everyRequest([0, 1], async (number) => {
    const server = await startS3(t);
    server.hooks = { after: (call) => (call.number === number ? 'lose' : undefined) };
    const { report } = await runToS3(t, server);
    t.ok(report, `reply ${number}: ${server.calls[number]?.operation}`);
    return server.calls.length > number;
  });
  t.ok(requests > 20, `${requests} requests`);
});

t.test(
  'when the server fails for good, a day with _SUCCESS is whole, and the next run repairs',
  async (t) => {
    const requests = await everyRequest([0, 2], async (number) => {
      const server = await startS3(t);
      server.hooks = {
        before: (call) => {
          if (call.number >= number) throw new S3Fault(503, 'SlowDown', 'gone');
        },
      };
      const options = { store: { retryFor: 100 } };
      const { error } = await runToS3(t, server, server.endpoint, options, NOTE_MAY_STAY);
      const { length } = server.calls;
      // Once all days are committed, a run does not fail if its note of them stays.
      const onlyNote = server.calls.slice(number).every(({ key }) => key?.endsWith('.commit'));
      t.equal(error === undefined, onlyNote);
      if (number % 3 === 0) {
        server.hooks = {};
        server.bucket.uploads.clear();
        const again = await runToS3(t, server, server.endpoint, { ifExists: 'replace' });
        t.ok(again.report, `dead at ${number}: ${server.calls[number]?.operation}`);
      }
      return length > number;
    });
    t.ok(requests > 20, `${requests} requests`);
  },
);

t.test('when a run is stopped, a day with _SUCCESS is whole', async (t) => {
  const requests = await everyRequest([1, 2], async (number) => {
    const server = await startS3(t);
    const stop = new AbortController();
    server.hooks = {
      before: (call) => {
        if (call.number === number) stop.abort();
      },
    };
    await runToS3(t, server, server.endpoint, { signal: stop.signal }, NOTE_MAY_STAY);
    return server.calls.length > number;
  });
  t.ok(requests > 20, `${requests} requests`);
});
