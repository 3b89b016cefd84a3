import { test } from 'tap';
import { shellWord } from '../../lib/source/shell-word.ts';

test('commands in messages can be copied, whatever a file is called', (t) => {
  t.equal(shellWord('logs/a-1_b.ndjson.gz'), 'logs/a-1_b.ndjson.gz');
  t.equal(shellWord("my log's.gz"), "'my log'\\''s.gz'");
  t.equal(shellWord('a;rm -rf $HOME'), "'a;rm -rf $HOME'");
  t.end();
});
