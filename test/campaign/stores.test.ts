// S3 servers of other projects whose compilation takes up to ten minutes each, behind a proxy that rewrites replies in
// every mode. Those that are installed faster are in test/interop/stores.
import t from 'tap';
import { Place } from '../interop/stores/matrix.ts';
import { SLOW } from '../interop/stores/servers.ts';
import { type Figures, reportFigures } from './tally.ts';

const rows: Figures[] = [];

for (const server of SLOW) {
  t.test(server.name, async (t) => {
    const place = await Place.at(t, await server.start(t), server);
    for (const { name, job } of place.jobs) {
      await t.test(name, async (t) => {
        const result = await job();
        rows.push({ server: server.name, proxy: name, result });
        t.pass(result);
      });
    }
  });
}

t.teardown(() => reportFigures('stores', 'S3 servers behind a proxy that rewrites replies', rows));
