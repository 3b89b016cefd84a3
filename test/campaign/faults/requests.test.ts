// kill -9 before and after each request to S3 and GCS, over complete days and over none.
import { BUCKET_SHAPES } from './shapes.ts';
import { testFaults } from './suite.ts';

testFaults({
  name: 'faults/requests',
  title: 'kill -9 at every request',
  shapes: BUCKET_SHAPES,
  points: 0.8,
  calls: [],
  requests: ['kill-before', 'kill-after'],
});
