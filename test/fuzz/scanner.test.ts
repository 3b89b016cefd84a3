// Millions of lines in a campaign.
import { test } from 'tap';
import { rounds, SEED } from '../support/rounds.ts';
import { LineDamager } from './line-damager.ts';
import { fuzzScanner } from './scanner.ts';

for (const debug of [false, true]) {
  test(`damaged lines, ${debug ? 'debug' : 'release'} kernel`, (t) => {
    const { disagreements, verdicts } = fuzzScanner({
      lines: rounds(40_000),
      seed: debug ? SEED : SEED + 1,
      debug,
    });
    t.strictSame(disagreements, []);
    t.comment(JSON.stringify(verdicts));
    for (const code of ['event', 'invalid_json', 'invalid_utf8', 'not_an_object', 'too_deep']) {
      t.ok((verdicts[code] ?? 0) > 10, code);
    }
    t.end();
  });
}

test('the same seed damages the same way, and no line feed comes in', (t) => {
  const corpus = [
    Buffer.from('{"event_key":"a","ts":1.5,"identifiers":{"id":"1"}}'),
    Buffer.from('{}'),
  ];
  const take = (seed: number): Buffer => {
    const damager = new LineDamager(seed, corpus);
    return Buffer.concat(Array.from({ length: 5000 }, () => Buffer.from(damager.next())));
  };
  t.ok(take(1).equals(take(1)));
  t.notOk(take(1).equals(take(2)));
  t.notOk(take(1).includes(0x0a));
  t.end();
});
