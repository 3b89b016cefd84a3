import { run } from '../../bin/run.ts';
import { PROCESS } from '../../bin/world.ts';
import type { Outcome } from './command.ts';

/**
 * Runs the command in this process, where what it does and says is tested: a process of its own takes half a second
 * of processor time. It has no standard input, and no terminal. One at a time, because the working directory is
 * that of the process.
 */
export async function runHere(
  args: readonly string[],
  { cwd = process.cwd(), columns = 80 }: { cwd?: string; columns?: number } = {},
): Promise<Outcome> {
  const outcome: Outcome = { code: null, signal: null, stdout: '', stderr: '' };
  const writer = (name: 'stdout' | 'stderr') => ({
    isTTY: false,
    columns,
    write: (text: string | Uint8Array): boolean => {
      outcome[name] += text;
      return true;
    },
  });
  const before = process.cwd();
  process.chdir(cwd);
  try {
    outcome.code = await run(args, {
      ...PROCESS,
      stdout: writer('stdout'),
      stderr: writer('stderr'),
      hasStdin: () => false,
    });
  } finally {
    process.chdir(before);
  }
  return outcome;
}
