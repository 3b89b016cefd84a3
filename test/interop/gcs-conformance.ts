// The conformance suite against a server that is there: gcs-conformance.js ENDPOINT. Every store is a
// bucket of its own.
import t from 'tap';
import { openGcsStore } from '../../lib/store/gcs/store.ts';
import { conformance } from '../store/conformance.ts';

const [endpoint = ''] = process.argv.slice(2);
let buckets = 0;

t.test(`${endpoint} conforms`, (t) =>
  conformance(t, async () => {
    const name = `conformance-${buckets++}`;
    await fetch(`${endpoint}/storage/v1/b`, { method: 'POST', body: JSON.stringify({ name }) });
    return openGcsStore(`gs://${name}/a/prefix`, { gcs: { endpoint }, partSize: 1 << 20 });
  }),
);
