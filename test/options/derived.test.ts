// What derives from the table of options: the help, the reference page, and the checks of other tables.
import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { helpText } from '../../bin/command-line.ts';
import { COMMAND_OPTIONS } from '../../bin/command-options.ts';
import { checkOptions } from '../../lib/options/check.ts';
import { DEFAULTS } from '../../lib/options/defaults.ts';
import { defaultText, optionRows } from '../../lib/options/rows.ts';
import { OPTIONS } from '../../lib/options/table.ts';
import { optionsPage } from '../../scripts/options-page.ts';
import { inPackage } from '../support/command.ts';

const ROWS = optionRows(OPTIONS);

test('docs/options.md is up to date', (t) => {
  const page = readFileSync(inPackage('docs/options.md'), 'utf8');
  t.equal(page, optionsPage(), 'npm run docs writes it');
  t.end();
});

test('the page has every option and flag', (t) => {
  const page = readFileSync(inPackage('docs/options.md'), 'utf8');
  for (const { path, option } of [...ROWS, ...optionRows(COMMAND_OPTIONS)]) {
    if (path[0] !== undefined && path[0] in OPTIONS) t.match(page, `| \`${path.join('.')}\` |`);
    if (option.flag !== undefined) t.match(page, `\`${option.flag.replace('|', '\\|')}\``);
    if (option.danger !== undefined) t.match(page, option.danger.slice(0, 20));
  }
  t.end();
});

test('the help has the flag, meaning, range and default of every row', (t) => {
  const help = helpText().replace(/\s+/g, ' ');
  for (const { option } of [...ROWS, ...optionRows(COMMAND_OPTIONS)]) {
    if (option.flag === undefined) continue;
    t.match(help, `${option.flag} `);
    for (const text of [option.sentence, option.kind.range, defaultText(option)]) {
      if (text !== undefined) t.match(help, text, option.flag);
    }
  }
  t.match(
    help,
    '--max-line <size> longest line; longer ones are rejected (up to 24MiB; default: 16MiB)',
  );
  t.end();
});

test('every default is in the table', (t) => {
  for (const [name, value] of Object.entries(DEFAULTS)) {
    t.equal(OPTIONS[name as keyof typeof OPTIONS].default, value, name);
  }
  t.end();
});

test('a part of the table checks the options of a link', (t) => {
  const table = { insertId: OPTIONS.insertId, flatten: OPTIONS.flatten };
  const check = (given: unknown): void => checkOptions(table, given, 'validate');
  t.doesNotThrow(() => check({}));
  t.doesNotThrow(() => check({ insertId: 'any', flatten: undefined }));
  t.doesNotThrow(() => check(Object.create({ insertId: 'any' })), 'inherited');
  for (const [given, message] of [
    [null, 'validate: expected an object with options, got null'],
    [{ insertid: 'any' }, 'validate.insertid: there is no such option, did you mean insertId?'],
    [{ insertId: 'no' }, 'validate.insertId: expected one of uuid, any, derive, got "no"'],
    [Object.create({ flatten: 1 }), 'validate.flatten: expected true or false, got 1'],
  ] as const) {
    t.throws(() => check(given), { code: 'E_USAGE', message }, message);
  }
  t.end();
});
