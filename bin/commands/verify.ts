import { now } from '../../lib/clock.ts';
import type { VerifyOptions } from '../../lib/verify/options.ts';
import { daysOf } from '../days.ts';
import { columnsOf } from '../screens/width.ts';
import { styleFor } from '../style.ts';
import type { World } from '../world.ts';
import { FAULT, lookStore, parseLook } from './look.ts';

/** `verify URL`: checks days, prints what is found; returns 4 if there is a fault. @throws ImportError */
export async function verifyDays(argv: readonly string[], { stdout }: World): Promise<number> {
  const summary =
    'Checks the days that an import wrote: names, _SUCCESS, footers, schema, counts, times; with --deep every value. Changes nothing.';
  const asked = parseLook(withShare(argv), 'verify', summary);
  if (asked.kind === 'help') {
    stdout.write(asked.text);
    return 0;
  }
  const { convert, command } = asked.flags;
  const { verify } = await import('../../lib/verify/verify.ts');
  const { deep, dedupeMemory } = convert as VerifyOptions;
  const report = await verify(asked.argument, {
    ...daysOf(command, now()),
    ...(deep !== undefined && { deep }),
    ...(dedupeMemory !== undefined && { dedupeMemory }),
    ...lookStore(asked),
  });
  if (command.json) stdout.write(`${JSON.stringify(report)}\n`);
  else {
    const { verifyScreen } = await import('../screens/verify-screen.ts');
    stdout.write(verifyScreen(report, styleFor(stdout, !command.noColor), columnsOf(stdout)));
  }
  return report.ok ? 0 : FAULT;
}

/** The share after `--deep` may be left out; what follows then is no share, but the URL. */
function withShare(argv: readonly string[]): string[] {
  return argv.map((word, index) => {
    const next = argv[index + 1];
    const isAlone = word === '--deep' && next !== undefined && !/^[\d.]+%?$/.test(next);
    return isAlone ? '--deep=100%' : word;
  });
}
