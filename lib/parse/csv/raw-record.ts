import { parse } from 'csv-parse/sync';
import type { MappingPlan } from '../../mapping/plan.ts';
import type { ColumnPlace } from './columns.ts';
import { type CsvHeader, dialect } from './dialect.ts';

type Members = { [name: string]: unknown };

/**
 * Returns a function that reads the text of a record as the event that its columns make, for messages. The cells of
 * columns that the mapping looks into may hold JSON.
 */
export function recordReader(
  plan: MappingPlan,
  header: CsvHeader,
  places: readonly ColumnPlace[],
): (raw: string) => unknown {
  const paths = pathsOf(plan);
  return (raw) => {
    const options = { ...dialect(header.delimiter, header.quote), relax_quotes: true };
    const [cells = []] = parse(raw, options) as string[][];
    const event: Members = {};
    places.forEach(({ context, name }, column) => {
      const cell = cells[column] ?? '';
      if (name === '') return;
      const object = (paths.get(context) ?? []).reduce((parent, step) => {
        const inside = parent[step] ?? {};
        parent[step] = inside;
        return inside as Members;
      }, event);
      const child = plan.nodes[context]?.children.get(name);
      const text = cell === header.absent ? '' : cell;
      object[name] = child === undefined ? text : readCell(plan, child, text);
    });
    return event;
  };
}

/** The names that lead to each node. */
function pathsOf({ nodes }: MappingPlan): ReadonlyMap<number, string[]> {
  const paths = new Map<number, string[]>([[0, []]]);
  for (const [index, path] of paths) {
    for (const [name, child] of nodes[index]?.children ?? []) paths.set(child, [...path, name]);
  }
  return paths;
}

function readCell({ nodes }: MappingPlan, index: number, cell: string): unknown {
  const node = nodes[index];
  const isOpen =
    node !== undefined && (node.children.size > 0 || node.maps !== 0 || node.element !== undefined);
  if (!isOpen || !/^\s*[[{n]/.test(cell)) return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}
