import { reasonOf } from '../cache.ts';
import type { Suite } from '../suite.ts';
import { Place } from './matrix.ts';
import { QUICK } from './servers.ts';

/** S3 servers of other projects, each behind a proxy that rewrites replies in every mode. */
export const stores: Suite = {
  name: 'stores',
  async run(t) {
    for (const server of QUICK) {
      let endpoint: string;
      try {
        endpoint = await server.start(t);
      } catch (error) {
        t.skip(server.name, reasonOf(error));
        continue;
      }
      const begun = performance.now();
      const place = await Place.at(t, endpoint, server);
      for (const { name, job } of place.jobs) {
        let told = '';
        const isRight = await t.test(`${server.name}, ${name}`, async () => {
          told = await job();
        });
        if (isRight) t.say(told);
      }
      t.say(`${server.name}: ${((performance.now() - begun) / 1000).toFixed()} s`);
    }
  },
};
