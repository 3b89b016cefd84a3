import { pad, widthOf } from './width.ts';

/** A column of a table. */
export interface TableColumn {
  title: string;
  side?: 'left' | 'right';
  /** Columns with the greatest number are left out first where the table is too wide; those without one never are. */
  spare?: number;
}

/** A row: its cells, and how the last one is coloured. */
export interface TableRow {
  cells: readonly string[];
  paint?: (text: string) => string;
}

const GAP = '  ';

/** Writes a table with as many columns as find room; a last column that is too long is broken by the caller. */
export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly TableRow[],
  width: number,
): string[] {
  let shown = columns
    .map((_, index) => index)
    .filter((index) => {
      return index === 0 || rows.some(({ cells }) => cells[index]);
    });
  const widths = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...rows.map(({ cells }) => widthOf(cells[index] ?? ''))),
  );
  const total = (): number =>
    shown.reduce((sum, index) => sum + (widths[index] as number) + GAP.length, 0);
  while (total() > width) {
    const spare = Math.max(0, ...shown.map((index) => columns[index]?.spare ?? 0));
    if (spare === 0) break;
    shown = shown.filter((index) => columns[index]?.spare !== spare);
  }
  const line = ({ cells, paint = (text) => text }: TableRow): string => {
    const last = shown.at(-1);
    const texts = shown.map((index) => {
      const { side = 'left' } = columns[index] as TableColumn;
      const text = cells[index] ?? '';
      const padded =
        index === last && side === 'left' ? text : pad(text, widths[index] as number, side);
      return index === last ? paint(padded) : padded;
    });
    return (GAP + texts.join(GAP)).trimEnd();
  };
  return [line({ cells: columns.map(({ title }) => title) }), ...rows.map(line)];
}
