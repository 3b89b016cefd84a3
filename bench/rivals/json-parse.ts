/**
 * Calls `JSON.parse` on each line and does nothing else. Lines are cut from large chunks, because readline takes as
 * long as parsing.
 *
 *     node dist/bench/rivals/json-parse.js FILE
 */
import { createReadStream } from 'node:fs';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('FILE is expected.');

let rest = '';
for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
  const lines = (rest + (chunk as string)).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) JSON.parse(line);
}
if (rest !== '') JSON.parse(rest);
