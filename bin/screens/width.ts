// How wide text is on a terminal, and where its lines are broken.

/** Letters of two columns, as terminals draw them: Hangul, Chinese, Japanese, full-width forms and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
/** Marks that are drawn over the letter before them, and characters that are not drawn. */
const NARROW = /\p{Mn}|\p{Me}|[\u200b-\u200f\u2060]/u;
/** Columns where the output is no terminal. */
const NO_TERMINAL = 120;
const LEAST = 20;

/** Returns how many columns a stream has for text. */
export function columnsOf({ columns }: { columns?: number }): number {
  return Math.max(LEAST, columns || NO_TERMINAL);
}

/** Returns how many columns a text without colours takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += NARROW.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
  return width;
}

/** Fills a text up with spaces: after it, or before it. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(text)));
  return side === 'left' ? text + spaces : spaces + text;
}

/** Cuts a text that is wider than so many columns, and says so with an ellipsis. */
export function clip(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let clipped = '';
  for (const letter of text) {
    if (widthOf(clipped + letter) > width - 1) break;
    clipped += letter;
  }
  return `${clipped}…`;
}

/** Breaks a text into lines at its spaces; a longer word at a slash or comma, or where the line ends. */
export function wrap(text: string, width: number, indent: string = ''): string[] {
  const most = Math.max(1, width - widthOf(indent));
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => pieces(each, most))) {
    const longer = line === '' || word.isSplit ? line + word.text : `${line} ${word.text}`;
    if (line !== '' && widthOf(longer) > most) {
      lines.push(line);
      line = word.text;
    } else line = longer;
  }
  lines.push(line);
  return lines.map((each) => indent + each.trim());
}

/** Takes a word that is wider than a line apart. `isSplit`: it goes on with the piece before. */
function pieces(word: string, most: number): { text: string; isSplit: boolean }[] {
  const found: { text: string; isSplit: boolean }[] = [];
  let rest = word;
  while (widthOf(rest) > most) {
    let end = 0;
    let soft = 0;
    let width = 0;
    for (const letter of rest) {
      width += widthOf(letter);
      if (width > most) break;
      end += letter.length;
      if (/[/,.:=&?]/.test(letter)) soft = end;
    }
    const at = soft > 0 ? soft : Math.max(1, end);
    found.push({ text: rest.slice(0, at), isSplit: found.length > 0 });
    rest = rest.slice(at);
  }
  found.push({ text: rest, isSplit: found.length > 0 });
  return found;
}
