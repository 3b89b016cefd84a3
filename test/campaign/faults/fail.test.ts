// The n-th call of the file system fails, or is cut short; the n-th request is refused, or its answer is lost.
import { testFaults } from './suite.ts';

testFaults({
  name: 'faults/fail',
  title: 'One call of the file system, or one request, goes wrong',
  points: 0.6,
  calls: [
    ['fail', 'EIO'],
    ['short', 'EIO'],
    ['full', 'ENOSPC'],
    ['fail', 'EACCES'],
    ['lost', 'EIO'],
    ['fail', 'EMFILE'],
    ['gone', 'EIO'],
    ['fail', 'ENOSPC'],
  ],
  requests: ['lost', 'busy', 'denied', 'lost', 'locked'],
});
