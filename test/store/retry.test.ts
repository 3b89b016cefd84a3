import { test } from 'tap';
import { GaveUpError, type Retry, retry } from '../../lib/store/retry.ts';

test('the deadline may come nearer or go further while a request is tried', async (t) => {
  let attempts = 0;
  const told: Retry[] = [];
  const policy = {
    onRetry: (retry: Retry) => void told.push(retry),
    isTransient: () => true,
    firstWait: 1,
    longestWait: 1,
    get deadline() {
      return attempts < 3 ? 60_000 : 0;
    },
  };
  const error = await retry(policy, async () => {
    attempts++;
    throw new Error('busy');
  }).catch((error: unknown) => error);
  t.match(error, { message: 'busy', attempts: 3 });
  t.match(told, [
    { reason: 'Error', attempts: 1 },
    { reason: 'Error', attempts: 2 },
  ]);
  t.ok(error instanceof GaveUpError);
});
