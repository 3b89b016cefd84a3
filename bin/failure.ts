import { ERRORS, ImportError } from '../lib/errors.ts';
import type { Style } from './style.ts';
import { printable } from './text.ts';

const DAYS_NAMED = 10;

/** Returns the exit code for an error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof ImportError ? ERRORS[error.code].exitCode : 1;
}

/** Writes an error on one line of JSON, for scripts. */
export function failureJson(error: unknown): string {
  const known = error instanceof ImportError ? error : undefined;
  const body = {
    code: known?.code ?? 'E_INTERNAL',
    message: messageOf(error),
    hint: known?.hint,
    position: known?.position,
    incompleteDays: known?.incompleteDays.length ? known.incompleteDays : undefined,
    uncertainDays: known?.uncertainDays.length ? known.uncertainDays : undefined,
    leftovers: known?.leftovers.length ? known.leftovers : undefined,
    notes: known?.notes.length ? known.notes : undefined,
  };
  return `${JSON.stringify({ error: body })}\n`;
}

/** Writes an error for a person: what happened, where, and what to do. */
export function failureText(error: unknown, style: Style, debug: boolean): string {
  const known = error instanceof ImportError ? error : undefined;
  const message = messageOf(error);
  // A message that lists problems has a line for each, which begins with two spaces.
  const shown = message.split(/\n(?= {2})/).map((line) => printable(line, 2000));
  const lines = [
    `${style.bold('hackle-import:')} ${style.red('error:')} ${shown[0]}`,
    ...shown.slice(1),
  ];
  const { line, offset, source } = known?.position ?? {};
  // Some messages begin with the place already.
  if (source !== undefined && line !== undefined && !message.startsWith(`${source}, line `)) {
    lines.push(
      `  at ${printable(source)}, line ${line}${offset === undefined ? '' : `, byte ${offset}`}`,
    );
  }
  const { incompleteDays = [], uncertainDays = [] } = known ?? {};
  if (incompleteDays.length > 0) {
    lines.push(`  Not complete, without _SUCCESS: ${listed(incompleteDays)}`);
  }
  if (uncertainDays.length > 0) {
    lines.push(`  Perhaps not complete, since the store did not answer: ${listed(uncertainDays)}`);
  }
  for (const text of known?.leftovers ?? []) lines.push(`  Left behind: ${printable(text, 2000)}`);
  for (const text of known?.notes ?? []) lines.push(`  Note: ${printable(text, 2000)}`);
  if (known?.hint !== undefined) lines.push(`  ${printable(known.hint, 2000)}`);
  if (known === undefined || known.code === 'E_INTERNAL') {
    lines.push('  This is a defect of this program; --debug shows where.');
  }
  if (debug)
    lines.push(
      ...stackOf(error)
        .split('\n')
        .map((line) => printable(line, 2000)),
    );
  return `${lines.join('\n')}\n`;
}

function listed(days: readonly string[]): string {
  const more = days.length > DAYS_NAMED ? ` and ${days.length - DAYS_NAMED} more` : '';
  return days.slice(0, DAYS_NAMED).join(', ') + more;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
