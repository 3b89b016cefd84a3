import t from 'tap';
import { Delivery } from '../../../../lib/commit/delivery.ts';
import type { S3Server } from '../../../servers/s3-server.ts';
import { contentsOf, openAt, startS3, useToolCredentials } from '../../../servers/s3-support.ts';
import { FAKE, rowGroup } from '../../../store/fake-file.ts';

useToolCredentials();

const FIRST = 19_358; // 2023-01-01
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One day in as many files as the letter's run has, each another size. */
async function run(
  server: S3Server,
  letter: string,
  ifExists: 'fail' | 'replace',
): Promise<string> {
  const delivery = new Delivery(await openAt(server), { ...FAKE, ifExists });
  try {
    for (let n = 0; n < (letter === 'a' ? 2 : 3); n++) {
      await delivery.accept(FIRST, rowGroup(letter.repeat(12 + n)));
    }
    await delivery.commit();
    return letter;
  } catch (error) {
    await delivery.abort();
    t.match(error, { code: /^E_STORE_CONFLICT$|^E_DAY_COMPLETE$|^E_DAY_SHRINKS$/ });
    return '';
  }
}

for (const ifExists of ['fail', 'replace'] as const) {
  t.test(`two runs at once on a day, ifExists ${ifExists}: one commits, or none`, async (t) => {
    let commits = 0;
    for (let round = 0; round < 12; round++) {
      const server = await startS3(t, { conditions: round % 3 === 0 ? 'ignored' : 'yes' });
      server.hooks = { before: () => pause(Math.random() * 8) };
      const second = pause(Math.random() * 100).then(() => run(server, 'b', ifExists));
      const winners = (await Promise.all([run(server, 'a', ifExists), second])).join('');
      const found = contentsOf(server);
      const letters = new Set(Object.values(found).join('').replaceAll(/[[\]]/g, ''));
      if ('dt=2023-01-01/_SUCCESS' in found) {
        commits++;
        if (letters.size !== 1) t.fail(`a mix: ${JSON.stringify(found)}`);
        const [letter = ''] = letters;
        t.equal(Object.keys(found).length, letter === 'a' ? 3 : 4, 'whole');
        t.ok(winners.includes(letter), `${letter} knows`);
      }
      if (ifExists === 'fail') t.ok(winners.length <= 1, 'not both');
    }
    t.ok(commits > 0, `${commits} of 12 committed`);
  });
}
