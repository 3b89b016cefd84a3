import { upload as contestant } from '../contestants.ts';
import type { Suite } from '../suite.ts';
import { GIB } from '../units.ts';

export const upload: Suite = {
  title: 'The same run to a folder and to an S3 server on this machine, two threads, snappy',
  heats: [{ title: '1 GiB, 3 days', data: { size: GIB, days: 3 }, contestants: [contestant(2)] }],
  charts: [{ file: 'upload.svg', title: 'Upload', measure: 'wallSeconds' }],
};
