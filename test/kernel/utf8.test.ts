// UTF-8: Node's own check (simdutf) is the judge.
import { isUtf8 } from 'node:buffer';
import { test } from 'tap';
import { BUILDS, codeOf, scanLines } from '../support/batch.ts';

/** First bytes of every kind, and bytes that may follow or not. */
const LEADS = [
  0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1,
  0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xff,
];
const NEXT = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc2, 0xe1, 0xf1, 0xff];

function* sequences(): Generator<number[]> {
  for (let a = 0x80; a < 256; a++) for (let b = 0x20; b < 256; b++) yield [a, b];
  for (const a of LEADS) {
    for (const b of NEXT) {
      for (const c of NEXT) {
        yield [a, b, c];
        for (const d of NEXT) yield [a, b, c, d];
      }
    }
  }
}

for (const { build, debug } of BUILDS) {
  test(`every kind of sequence at every place in a block, ${build} kernel`, (t) => {
    const lines: Buffer[] = [];
    let at = 0;
    for (const bytes of sequences()) {
      const before = Buffer.from(`{"${'x'.repeat(at++ % 37)}`);
      lines.push(Buffer.concat([before, Buffer.from(bytes), Buffer.from('":1}')]));
      // Cut off by the line's end.
      if (at % 7 === 0) lines.push(Buffer.concat([before, Buffer.from(bytes)]));
    }
    const codes = scanLines(lines, { debug }, codeOf);
    t.equal(codes.length, lines.length);
    const wrong = lines.filter((line, index) => isUtf8(line) === (codes[index] === 'invalid_utf8'));
    t.strictSame(wrong.map((line) => line.toString('latin1')).slice(0, 9), []);
    t.comment(`${lines.length} lines`);
    t.end();
  });
}
