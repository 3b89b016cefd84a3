// Values as texts: JSON.parse and JSON.stringify are the judges.
import fc from 'fast-check';
import { test } from 'tap';
import { BUILDS, scanLines } from '../support/batch.ts';
import { rounds } from '../support/rounds.ts';

/** JSON without numbers, whose text the program keeps as it is. */
const value = fc
  .jsonValue({ maxDepth: 5, stringUnit: 'binary' })
  .map((json) =>
    JSON.parse(JSON.stringify(json, (_, part) => (typeof part === 'number' ? String(part) : part))),
  );

/** The same value in another spelling: white space, and escapes where none are needed. */
function respelled(json: unknown, spaces: number, escapes: number): string {
  let at = 0;
  return JSON.stringify(json, null, spaces)
    .replaceAll('\n', '\r\t ')
    .replace(/[^"\\\s{}[\]:,a-z0-9]|[A-Z]/gu, (char) =>
      at++ % 5 < escapes ? escaped(char) : char,
    );
}

function escaped(char: string): string {
  return Array.from({ length: char.length }, (_, unit) => {
    return `\\u${char.charCodeAt(unit).toString(16).padStart(4, '0')}`;
  }).join('');
}

for (const { build, debug } of BUILDS) {
  test(`strings lose their escapes, nested values their white space, ${build} kernel`, (t) => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 30 }),
        fc.nat(4),
        fc.nat(5),
        (values, spaces, escapes) => {
          const lines = values.map(
            (each) => `{"event_properties":{"a":${respelled(each, spaces, escapes)}}}`,
          );
          const texts = scanLines(
            lines,
            { debug },
            (batch, row) => batch.entries(row, 'event_properties')[0]?.text,
          );
          values.forEach((each, index) => {
            const expected = typeof each === 'string' ? each : JSON.stringify(each);
            if (texts[index] !== expected) throw new Error(`${lines[index]} gives ${texts[index]}`);
          });
        },
      ),
      { numRuns: rounds(12), endOnFailure: true },
    );
    t.pass('all agree');
    t.end();
  });

  test(`a string of every length, with every byte at its end, ${build} kernel`, (t) => {
    const texts: string[] = [];
    for (let length = 0; length < 70; length++) {
      for (const end of [
        '',
        '"',
        '\\',
        '\u0000',
        '\u001f',
        ' ',
        '\u007f',
        'é',
        '한',
        '😀',
        '\u2028',
      ]) {
        texts.push('a'.repeat(length) + end);
      }
    }
    const read = scanLines(
      texts.map((text) => JSON.stringify({ event_key: text })),
      { debug },
      (batch, row) => batch.scalar(row, 'event_key').text,
    );
    t.strictSame(read, texts);
    t.end();
  });

  test(`numbers keep their text, ${build} kernel`, (t) => {
    const numbers = ['-0', '0.10', '1E+5', '1e400', '123456789012345678901234567890.0', '0.0e-00'];
    const lines = [
      `{"event_properties":[]}`,
      ...numbers.map((n) => `{"event_properties":{"a":${n},"b":[ ${n} ]}}`),
    ];
    const read = scanLines(lines, { debug }, (batch, row) =>
      batch.entries(row, 'event_properties').map(({ text }) => text),
    );
    t.strictSame(read, [[], ...numbers.map((n) => [n, `[${n}]`])]);
    t.end();
  });
}
