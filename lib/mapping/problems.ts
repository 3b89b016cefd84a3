import type { z } from 'zod';
import type { InsertIdMode } from '../record/modes.ts';
import type { MappingProblem } from './problem.ts';
import { findMissing } from './required.ts';
import { mappingSchema } from './schema.ts';

/** Returns all problems of a mapping; none if it can be compiled. */
export function findMappingProblems(value: unknown, insertIdMode: InsertIdMode): MappingProblem[] {
  const result = mappingSchema.safeParse(value);
  if (result.success) return findMissing(value as object, insertIdMode);
  return result.error.issues.flatMap(innermost).map((issue) => problemOf(issue, value));
}

/**
 * Where a value may have several forms, zod reports the issues of each. The form that the user meant is the only one
 * whose issues are inside the value: the others do not accept a value of its type. Returns the issues of that form.
 */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const forms = issue.errors
    .map((form) => form.flatMap(innermost))
    .filter((form) => form.length > 0 && !form.some(isAboutType));
  const [meant] = forms;
  if (forms.length !== 1 || !meant) return [issue];
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Whether an issue is about the type of the value itself. */
function isAboutType({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && ['invalid_type', 'invalid_value', 'invalid_union'].includes(code);
}

function problemOf(issue: z.core.$ZodIssue, root: unknown): MappingProblem {
  const path = jsonPath(issue.path);
  const kinds = ['invalid_type', 'invalid_value', 'invalid_union'];
  if (!kinds.includes(issue.code)) {
    const params = issue.code === 'custom' ? (issue.params as { hint?: string }) : undefined;
    return { path, message: issue.message, hint: params?.hint };
  }
  let got = root;
  for (const step of issue.path) got = (got as Record<PropertyKey, unknown> | undefined)?.[step];
  return { path, message: `expected ${issue.message}, got ${show(got)}` };
}

/** Returns a path as text, such as `event_key[1].const`. */
function jsonPath(path: readonly PropertyKey[]): string {
  return path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      return /^\w+$/.test(String(step)) ? `.${String(step)}` : `[${JSON.stringify(step)}]`;
    })
    .join('')
    .replace(/^\./, '');
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const shown = JSON.stringify(value) ?? `a ${typeof value}`;
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}
