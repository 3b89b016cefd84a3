import { ImportError } from '../errors.ts';

/** Rejected events that still allow a commit: a count, or a percentage of the events read. */
interface Budget {
  value: number;
  isShare: boolean;
}

/** Reads `100` or `0.1%`; undefined for anything else. */
export function parseBudget(maxRejects: number | string): Budget | undefined {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(String(maxRejects).trim());
  const value = Number(match?.[1]);
  const isShare = match?.[2] === '%';
  if (match === null || (isShare ? value > 100 : !Number.isSafeInteger(value))) return undefined;
  return { value, isShare };
}

/** Returns how many rejects a budget allows among so many events. @throws ImportError E_USAGE */
export function rejectBudget(maxRejects: number | string, rowsIn: number): number {
  const budget = parseBudget(maxRejects);
  if (budget === undefined) {
    throw new ImportError(
      'E_USAGE',
      `expected a count or a percentage of rejects such as 100 or 0.1%, got "${maxRejects}"`,
    );
  }
  return budget.isShare ? (rowsIn * budget.value) / 100 : budget.value;
}
