import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import t from 'tap';
import { S3Sink } from '../../../bench/s3-sink.ts';
import { convert } from '../../../lib/index.ts';
import { useToolCredentials } from '../../servers/s3-support.ts';
import { eventLines } from '../../support/bulk-events.ts';
import { namesIn } from '../../support/folders.ts';

useToolCredentials();

t.test('an upload in parts is committed, with each byte that a folder gets', async (t) => {
  const sink = await S3Sink.start();
  t.teardown(() => sink.close());
  const folder = t.testdir();
  const job = (to: string): Promise<unknown> =>
    convert({
      inputs: [
        {
          name: 'events',
          stream: Readable.from([
            eventLines({ day: '2023-01-01', count: 8000, seed: 1, textSize: 1000 }),
          ]),
        },
      ],
      to,
      compression: 'none',
      fileSize: 6 << 20,
      store: { s3: { endpoint: sink.endpoint }, partSize: 5 << 20 },
    });
  await job(folder);
  await job('s3://bucket/prefix');
  const bytes = namesIn(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  t.ok(bytes > 6 << 20);
  t.equal(sink.bytes, bytes);
  await t.rejects(job('s3://bucket/prefix'), { code: 'E_DAY_COMPLETE' });
});
