// The conformance suite against a server that is there: s3-conformance.js URL ENDPOINT. Every store is
// a new prefix below the URL.
import t from 'tap';
import { openS3Store } from '../../lib/store/s3/store.ts';
import { conformance } from '../store/conformance.ts';

const [url = '', endpoint = ''] = process.argv.slice(2);
let stores = 0;

t.test(`${endpoint} conforms`, (t) =>
  conformance(t, () =>
    openS3Store(`${url}/conformance/${stores++}`, { s3: { endpoint }, partSize: 5 << 20 }),
  ),
);
