import { ImportError } from '../../errors.ts';
import type { MappingPlan, PlanNode } from '../../mapping/plan.ts';
import type { CsvHeader } from './dialect.ts';

/** The member of an event that a column fills. */
export interface ColumnPlace {
  /** Node of the plan: the object that has the member. */
  context: number;
  /** The member's name in that object; empty for a column without a name. */
  name: string;
}

/**
 * Returns the member that each column fills. A column name is a path such as `event_properties.price`. It is followed
 * as far as the mapping knows it; the rest, dots included, is the member's name there. A name with dots that the
 * mapping itself contains takes precedence.
 *
 * @throws ImportError E_INPUT_FORMAT if the mapping uses or needs no column, or if two columns fill the same member
 */
export function placeColumns(plan: MappingPlan, header: CsvHeader, source: string): ColumnPlace[] {
  const places = header.columns.map((name) => place(plan, name));
  const used = places.filter((each) => isUsed(plan, each));
  if (used.length === 0) {
    throw new ImportError(
      'E_INPUT_FORMAT',
      `${source}: the mapping ${places.length === 1 ? 'does not use its only column' : `uses none of its ${places.length} columns`} (${shown(header.columns)})`,
      {
        hint: 'If the file has no header line, name the columns with --columns. If the delimiter was not detected, give it with --delimiter. Otherwise say in a mapping which column is which (--mapping).',
        position: { source, line: 1 },
      },
    );
  }
  checkNeeded(plan, places, header, source);
  const seen = new Set<string>();
  for (const { context, name } of used) {
    const key = `${context} ${name}`;
    if (seen.has(key)) {
      throw new ImportError(
        'E_INPUT_FORMAT',
        `${source}: the header has the column ${JSON.stringify(name)} twice`,
        {
          hint: 'One of the two would be lost. Rename one, or name all columns with --columns.',
          position: { source, line: 1 },
        },
      );
    }
    seen.add(key);
  }
  return places;
}

/** Throws if a mapping needs columns and the header has none of them. A mapping of constants needs none. */
function checkNeeded(
  plan: MappingPlan,
  places: readonly ColumnPlace[],
  { columns }: CsvHeader,
  source: string,
): void {
  const needed = neededNames(plan);
  const nodes = places.map(({ context, name }) => plan.nodes[context]?.children.get(name));
  if (needed.size === 0 || nodes.some((node) => node !== undefined && needed.has(node))) return;
  const names = [...new Set(needed.values())].filter((name) => name !== '');
  throw new ImportError(
    'E_INPUT_FORMAT',
    `${source}: the header has none of the columns that the mapping needs (${shown(names)}), got ${shown(columns)}`,
    {
      hint: 'If the file has no header line, name the columns with --columns. If it is no CSV, say what it is with --format. If its columns have other names, say so in a mapping (--mapping).',
      position: { source, line: 1 },
    },
  );
}

/** Keys that the vendor requires in every event. */
const REQUIRED_KEYS: readonly string[] = ['id', 'device_id', 'osname', 'appversion'];

/**
 * Returns the nodes that required values come from, with the names of their columns. A node around such a node has an
 * empty name: its column may hold JSON.
 */
function neededNames(plan: MappingPlan): Map<number, string> {
  const [insertId, eventKey, ts] = plan.scalars;
  const defaults = plan.defaults.map(({ key }) => key);
  const keys = plan.keys.filter(
    ({ key }) => REQUIRED_KEYS.includes(key) && !defaults.includes(key),
  );
  const targets = [plan.deriveSlots === undefined ? insertId : undefined, eventKey, ts, ...keys];
  const slots = new Set(
    targets.flatMap((target) =>
      target === undefined || target.constant !== undefined ? [] : target.slots,
    ),
  );
  const needed = new Map<number, string>();
  const visit = (index: number, path: readonly string[]): boolean => {
    const node = plan.nodes[index] as PlanNode;
    const isNeeded = slots.has(node.slot);
    const within = [...node.children].map(([name, child]) => visit(child, [...path, name]));
    if (isNeeded || within.includes(true)) needed.set(index, isNeeded ? path.join('.') : '');
    return needed.has(index);
  };
  visit(0, []);
  return needed;
}

function place({ nodes }: MappingPlan, column: string): ColumnPlace {
  const names = column.split('.');
  let context = 0;
  let at = 0;
  while (true) {
    const rest = names.slice(at).join('.');
    const node = nodes[context] as PlanNode;
    if (node.children.has(rest)) return { context, name: rest };
    // The longest prefix first, because a name may contain dots.
    let end = names.length - 1;
    let next: number | undefined;
    for (; end > at; end--) {
      next = node.children.get(names.slice(at, end).join('.'));
      if (next !== undefined && isContext(nodes[next])) break;
    }
    if (next === undefined || end === at) return { context, name: rest };
    context = next;
    at = end;
  }
}

function isContext(node: PlanNode | undefined): boolean {
  return node !== undefined && (node.children.size > 0 || node.maps !== 0);
}

function isUsed({ nodes }: MappingPlan, { context, name }: ColumnPlace): boolean {
  if (name === '') return false;
  const node = nodes[context];
  const child = node?.children.get(name);
  return child === undefined ? node?.maps !== 0 : nodes[child]?.used === true;
}

function shown(columns: readonly string[]): string {
  const first = columns.slice(0, 8).map((name) => JSON.stringify(name.slice(0, 40)));
  return columns.length > first.length ? `${first.join(', ')}, …` : first.join(', ');
}
