// kill -9 before, in and after the n-th call of the file system, or the n-th request.
import { testFaults } from './suite.ts';

testFaults({
  name: 'faults/kill',
  title: 'kill -9 at one call of the file system, or at one request',
  points: 0.6,
  calls: [
    ['kill-before', 'EIO'],
    ['kill-after', 'EIO'],
    ['kill-within', 'EIO'],
  ],
  requests: ['kill-before', 'kill-after'],
});
