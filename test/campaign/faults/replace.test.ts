// kill -9 at calls and requests of runs that replace complete days: in a folder, on S3, on Google Cloud Storage.
import { REPLACING_SHAPES } from './shapes.ts';
import { testFaults } from './suite.ts';

testFaults({
  name: 'faults/replace',
  title: 'kill -9 while complete days are replaced',
  shapes: REPLACING_SHAPES,
  points: 1.1,
  calls: [
    ['kill-before', 'EIO'],
    ['kill-after', 'EIO'],
    ['kill-within', 'EIO'],
  ],
  requests: ['kill-before', 'kill-after'],
});
