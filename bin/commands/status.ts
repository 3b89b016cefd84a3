import { now } from '../../lib/clock.ts';
import type { StatusOptions } from '../../lib/verify/options.ts';
import { daysOf } from '../days.ts';
import { columnsOf } from '../screens/width.ts';
import { styleFor } from '../style.ts';
import type { World } from '../world.ts';
import { FAULT, lookStore, parseLook } from './look.ts';

/** `status URL`: prints which days are complete; returns 4 if one is late, open or missing. @throws ImportError */
export async function statusOfDays(argv: readonly string[], { stdout }: World): Promise<number> {
  const summary =
    'Prints a calendar of the days: complete, late, open or missing. Exit code 4 if something has to be done.';
  const asked = parseLook(argv, 'status', summary);
  if (asked.kind === 'help') {
    stdout.write(asked.text);
    return 0;
  }
  const { convert, command } = asked.flags;
  const { status } = await import('../../lib/verify/status.ts');
  const { month, deadline } = convert as StatusOptions;
  const { tz, from, until } = command;
  const found = await status(asked.argument, {
    ...daysOf({ ...(from && { from }), ...(until && { until }) }, now()),
    ...(month !== undefined && { month }),
    ...(deadline !== undefined && { deadline }),
    ...(tz !== undefined && { tz }),
    ...lookStore(asked),
  });
  if (command.json) stdout.write(`${JSON.stringify(found)}\n`);
  else {
    const { statusScreen } = await import('../screens/status-screen.ts');
    stdout.write(statusScreen(found, styleFor(stdout, !command.noColor), columnsOf(stdout)));
  }
  return found.ok ? 0 : FAULT;
}
