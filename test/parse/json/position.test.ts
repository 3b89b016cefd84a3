// The position of the error in a line that is not JSON: the byte that JSON.parse names, whenever it names one.
import { isAscii } from 'node:buffer';
import { test } from 'tap';
import { BUILDS, codeOf, scanLines } from '../../support/batch.ts';
import { INVALID, SEEDS, systematicMutations } from '../../support/json-cases.ts';

/** Position in V8's message; undefined if it has none. */
function positionOf(text: string): number | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    return position === undefined ? undefined : Number(position);
  }
}

for (const { build, debug } of BUILDS) {
  test(`${build} kernel`, (t) => {
    const mutations = SEEDS.flatMap((seed) => [...systematicMutations(seed)]);
    const lines = [...INVALID, ...INVALID.map((text) => `{"x":${text}}`), ...mutations].filter(
      (line) => isAscii(Buffer.from(line)) && positionOf(line) !== undefined,
    );
    const seen = scanLines(lines, { debug }, (batch, row) =>
      codeOf(batch, row) === 'invalid_json' ? batch.detail(row) : undefined,
    );
    t.ok(lines.length > 1000, `${lines.length} lines`);
    const wrong = lines.flatMap((line, row) => {
      const expected = positionOf(line);
      return seen[row] === expected ? [] : `${JSON.stringify(line)}: ${seen[row]}, not ${expected}`;
    });
    t.strictSame(wrong.slice(0, 20), []);
    t.end();
  });
}
