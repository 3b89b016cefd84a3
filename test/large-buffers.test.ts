import t from 'tap';
import { borrowMemory, keepMemory, largeBytes, releaseBytes } from '../lib/large-buffers.ts';

const LARGE = 1 << 20;

t.test('memory that came back is used for bytes of about the same size', (t) => {
  const first = largeBytes(LARGE).fill(1);
  const memory = first.buffer;
  keepMemory(memory);
  const larger = largeBytes(LARGE + 1000);
  t.equal(larger.buffer, memory);
  t.equal(larger.length, LARGE + 1000);
  t.equal(larger.byteLength, memory.byteLength, 'they are all of it');
  keepMemory(memory);
  t.not(largeBytes(LARGE / 4).buffer, memory, 'a quarter would waste the rest');
  t.not(largeBytes(4 * LARGE).buffer, memory, 'it has no room for so much');
  t.equal(largeBytes(LARGE).buffer, memory);
  t.not(largeBytes(LARGE).buffer, memory, 'once only');
  t.end();
});

t.test('of two, the larger is kept', (t) => {
  const [small, large] = [largeBytes(LARGE), largeBytes(LARGE + 5000)].map(({ buffer }) => buffer);
  for (const [a, b] of [
    [small, large],
    [large, small],
  ] as [ArrayBuffer, ArrayBuffer][]) {
    a.resize(a === large ? LARGE + 5000 : LARGE);
    b.resize(b === large ? LARGE + 5000 : LARGE);
    keepMemory(a);
    keepMemory(b);
    t.equal(small?.byteLength, 0, 'the other one went to the system');
    t.equal(largeBytes(LARGE + 5000).buffer, large);
  }
  t.end();
});

t.test('borrowed memory goes back when all of it is released, and only once', (t) => {
  const bytes = largeBytes(LARGE);
  const back: ArrayBuffer[] = [];
  borrowMemory(bytes.buffer, (memory) => void back.push(memory));
  releaseBytes(bytes.subarray(10));
  t.strictSame(back, []);
  releaseBytes(bytes);
  t.equal(back.length, 1);
  t.equal(back[0], bytes.buffer);
  t.equal(bytes.buffer.byteLength, LARGE, 'as it is');
  releaseBytes(bytes);
  t.equal(back.length, 1);
  t.equal(bytes.buffer.byteLength, 0);
  t.end();
});
