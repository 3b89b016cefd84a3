// The store behind proxies that write ETags otherwise, give none, or change them.
import t from 'tap';
import { openS3Store } from '../../../../lib/store/s3/store.ts';
import { MODES, RewritingProxy } from '../../../servers/rewriting-proxy.ts';
import { optionsFor, startS3, urlOf, useToolCredentials } from '../../../servers/s3-support.ts';
import { conformance } from '../../../store/conformance.ts';

useToolCredentials();

// Without the ETags of parts no upload in parts can be completed.
for (const mode of MODES.filter((each) => each !== 'no-part-etags')) {
  t.test(`the store conforms behind a proxy: ${mode}`, async (t) =>
    conformance(t, async (t) => {
      const server = await startS3(t);
      const proxy = await RewritingProxy.start(server.endpoint, mode);
      t.teardown(() => proxy.close());
      return openS3Store(urlOf(server), optionsFor(proxy.endpoint));
    }),
  );
}
