import type { z } from 'zod';
import type { InsertIdMode } from '../record/modes.ts';
import type { MappingProblem } from './problem.ts';
import { findMissing } from './required.ts';
import { mappingSchema } from './schema.ts';

/** Everything that is wrong with a mapping; empty where it can be compiled. */
export function findMappingProblems(value: unknown, insertIdMode: InsertIdMode): MappingProblem[] {
  const result = mappingSchema.safeParse(value);
  if (result.success) return findMissing(value as object, insertIdMode);
  return result.error.issues.flatMap(innermost).map((issue) => tell(issue, value));
}

/**
 * Of the forms that a value may have, zod tells what is wrong with each. The one meant is the only one
 * whose complaint is not about the kind of the value as such.
 */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const forms = issue.errors
    .map((form) => form.flatMap(innermost))
    .filter((form) => form.length > 0 && !form.some(isOther));
  const [meant] = forms;
  if (forms.length !== 1 || !meant) return [issue];
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function isOther({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && ['invalid_type', 'invalid_value', 'invalid_union'].includes(code);
}

function tell(issue: z.core.$ZodIssue, root: unknown): MappingProblem {
  const path = jsonPath(issue.path);
  const kinds = ['invalid_type', 'invalid_value', 'invalid_union'];
  if (!kinds.includes(issue.code)) {
    const params = issue.code === 'custom' ? (issue.params as { hint?: string }) : undefined;
    return { path, message: issue.message, hint: params?.hint };
  }
  let came = root;
  for (const step of issue.path) came = (came as Record<PropertyKey, unknown> | undefined)?.[step];
  return { path, message: `expected ${issue.message}, got ${show(came)}` };
}

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
