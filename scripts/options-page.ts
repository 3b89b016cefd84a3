import { COMMAND_OPTIONS, LOOK_FLAGS } from '../bin/command-options.ts';
import { GROUPS, type Kind, type Option } from '../lib/options/option.ts';
import { defaultText, optionRows } from '../lib/options/rows.ts';
import { OPTIONS } from '../lib/options/table.ts';

const HEAD = `# Options

Every option of \`convert\` and every flag of the command, made from \`lib/options/table.ts\` by \`npm run docs\`. The
library and the command line accept the same values: anything else, and any option that is not here, is a usage error
(\`E_USAGE\`, exit code 2) before anything is read or written. An option that is \`undefined\` counts as not given.

Flags write sizes as \`64MiB\`, \`64m\` (the same), \`64MB\` (decimal) or bytes; the library takes bytes.
`;

/** Returns docs/options.md as the tables of options have it. */
export function optionsPage(): string {
  const rows = optionRows(OPTIONS);
  const command = optionRows(COMMAND_OPTIONS).filter(({ path }) => !isLibrary(path));
  const sections = GROUPS.map((group) => {
    const own = rows.filter(({ option }) => option.group === group);
    return section(
      group,
      ['option', 'flag', 'takes', 'default', 'meaning'],
      own.map(({ path, option }) => [
        code(path.join('.')),
        flagOf(option),
        takes(option.kind),
        defaultOf(option),
        meaning(option),
      ]),
    );
  });
  const only = section(
    'Only on the command line',
    ['flag', 'default', 'meaning'],
    command.map(({ option }) => [flagOf(option), defaultOf(option), meaning(option)]),
  );
  const words = '`--from` and `--until` also take `yesterday` and `today`, as `--date` does.\n';
  const looks = Object.entries(LOOK_FLAGS).map(([name, table]) =>
    section(
      `Flags of \`${name}\``,
      ['flag', 'takes', 'default', 'meaning'],
      optionRows(table)
        .filter(({ option }) => option.flag !== undefined)
        .map(({ option }) => [
          flagOf(option),
          takes(option.kind),
          defaultOf(option),
          meaning(option),
        ]),
    ),
  );
  return [HEAD, ...sections, only, words, ...looks].join('\n');
}

function isLibrary([name = '']: readonly string[]): boolean {
  return Object.hasOwn(OPTIONS, name);
}

function section(title: string, head: readonly string[], rows: readonly string[][]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `## ${title}\n\n${lines.join('\n')}\n`;
}

function flagOf({ flag }: Option): string {
  return flag === undefined ? '–' : code(flag);
}

function defaultOf(option: Option): string {
  if (option.required) return 'required';
  return cell(defaultText(option) ?? (option.default === false ? 'false' : '–'));
}

/** What the option takes, and what each of its words means. */
function takes({ expected, range = '', elements }: Kind): string {
  const meanings = range.includes(': ') ? ` (${range})` : '';
  const each = elements === undefined ? '' : `, each ${elements.expected}`;
  return cell(`${expected}${meanings}${each}`);
}

function meaning({ sentence, danger }: Option): string {
  const text = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`.replace('….', '…');
  return cell(danger === undefined ? text : `${text} **Careful:** ${danger}`);
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

/** Text in a cell: a bar would end it, and an asterisk could begin bold text. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/(?<!\*)\*(?!\*)/g, '\\*');
}
