// SIGTERM, a disk that is full or gone, and a network that is lost, while complete days are replaced.
import { REPLACING_SHAPES } from './shapes.ts';
import { testFaults } from './suite.ts';

testFaults({
  name: 'faults/stop',
  title: 'SIGTERM, a full disk and a lost network while complete days are replaced',
  shapes: REPLACING_SHAPES,
  points: 1.1,
  calls: [
    ['stop', 'EIO'],
    ['full', 'ENOSPC'],
    ['gone', 'EIO'],
  ],
  requests: ['stop', 'locked', 'lost', 'stop', 'busy'],
});
