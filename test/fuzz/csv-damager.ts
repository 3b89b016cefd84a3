import { Random } from '../../bench/random.ts';

/** A CSV file of which one line is damaged. */
export interface DamagedCsv {
  text: string;
  /** What happened to the line. */
  damage: string;
  /** The cells of all other rows. */
  others: string[][];
}

/** Pieces of cells. Quotes, delimiters and line ends are far more frequent than in any real file. */
const PIECES = [
  'a',
  'bc',
  ' ',
  '한',
  '12.5',
  '\\',
  '"',
  '"hi"',
  ',',
  ', ',
  '\n',
  '\r\n',
  "'",
  '{}',
];

const DAMAGES: Readonly<Record<string, (line: string, random: Random) => string>> = {
  'a quote too few': (line, random) => without(line, '"', random),
  'a quote too many': (line, random) => inserted(line, '"', random),
  'two quotes too many': (line, random) => inserted(inserted(line, '"', random), '"', random),
  'a delimiter too few': (line, random) => without(line, ',', random),
  'a delimiter too many': (line, random) => inserted(line, ',', random),
  'quotes escaped by backslashes': (line) => `${line},"say \\"hi\\""`.replace(/^[^,]*,/, ''),
  'a cell that begins with an inch sign': (line) => line.replace(/,/, ',"5 inch'),
  'cut off': (line, random) => line.slice(0, random.below(line.length)),
  garbage: (line, random) =>
    Array.from({ length: 5 }, () => random.pick(['"', ',', '\0', '""', 'x', '\r'])).reduce(
      (text, piece) => inserted(text, piece, random),
      line,
    ),
};

/** Returns a file and damages one of its lines; the same seed gives the same file. */
export function damagedCsv(seed: number): DamagedCsv {
  const random = new Random(seed);
  const hasSpanning = random.below(3) > 0;
  const rows = Array.from({ length: 2 + random.below(30) }, (_, n) => [
    `id${n}`,
    ...Array.from({ length: 3 }, () => cell(random, hasSpanning)),
  ]);
  const isSpanning = rows.map((cells) => cells.some((text) => text.includes('\n')));
  const victims = rows.flatMap((_, n) => (isSpanning[n] ? [] : [n]));
  const victim = victims.length === 0 ? -1 : random.pick(victims);
  const damage = random.pick(Object.keys(DAMAGES));
  const lines = rows.map((cells, n) => {
    const line = cells.map((text) => quoted(text, random.below(4) === 0)).join(',');
    return n === victim ? (DAMAGES[damage]?.(line, random) ?? line) : line;
  });
  return {
    text: `id,a,b,c\n${lines.join(random.pick(['\n', '\r\n']))}${random.pick(['\n', ''])}`,
    damage,
    others: rows.filter((_, n) => n !== victim),
  };
}

/**
 * A cell of several lines never begins with a delimiter or a line end, nor with quotes and then one of these: its first
 * quotes would close a cell that damage opened, and by RFC 4180 the lines between would be in that cell.
 */
function cell(random: Random, hasSpanning: boolean): string {
  const text = Array.from({ length: 1 + random.below(4) }, () => random.pick(PIECES)).join('');
  if (!hasSpanning || random.below(4) > 0) return text.replaceAll(/\r?\n/g, '') || 'z';
  return text.includes('\n') && /^"*[,\r\n]/.test(text) ? `z${text}` : text;
}

function quoted(text: string, always: boolean): string {
  return always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function inserted(line: string, piece: string, random: Random): string {
  const at = random.below(line.length + 1);
  return line.slice(0, at) + piece + line.slice(at);
}

/** The line without one of these characters; if it has none, without its last character. */
function without(line: string, char: string, random: Random): string {
  const places = [...line].flatMap((each, at) => (each === char ? [at] : []));
  const at = places.length === 0 ? line.length - 1 : random.pick(places);
  return line.slice(0, at) + line.slice(at + 1);
}
