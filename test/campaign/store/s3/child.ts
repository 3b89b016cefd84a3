// The job of test/store/s3/run.ts as a process that can be killed: child.js ENDPOINT URL.
import { convert } from '../../../../lib/convert.ts';
import { optionsFor, useToolCredentials } from '../../../servers/s3-support.ts';
import { JOB, jobInput } from '../../../store/s3/run.ts';

useToolCredentials();
const [endpoint = '', to = ''] = process.argv.slice(2);
await convert({ ...JOB, inputs: jobInput(), to, store: optionsFor(endpoint) });
