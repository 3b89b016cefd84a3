import { ImportError } from '../lib/errors.ts';
import { importEvents } from './commands/import.ts';
import { exitCodeOf, failureJson, failureText } from './failure.ts';
import { ownWords } from './own-words.ts';
import { styleFor } from './style.ts';
import { PROCESS, type World } from './world.ts';

/** Runs with the arguments after its name; returns the exit code. @throws ImportError */
type Command = (argv: readonly string[], world: World) => Promise<number>;

/** First words that are commands of their own; an input of that name is written `./doctor`. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  presets: async () => (await import('./commands/presets.ts')).presets,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  policy: async () => (await import('./commands/policy.ts')).policy,
  verify: async () => (await import('./commands/verify.ts')).verifyDays,
  inspect: async () => (await import('./commands/inspect.ts')).inspectFile,
  status: async () => (await import('./commands/status.ts')).statusOfDays,
};

/** Runs the command that the arguments name, without one an import; returns the exit code. */
export async function run(argv: readonly string[], world: World = PROCESS): Promise<number> {
  const [name = '', ...rest] = argv;
  try {
    assertWorkingFolder();
    const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (load === undefined) return await importEvents(argv, world);
    const command = await load();
    return await command(rest, world);
  } catch (error) {
    const words = ownWords(argv);
    const style = styleFor(world.stderr, !words.includes('--no-color'));
    const text = words.includes('--json')
      ? failureJson(error)
      : failureText(error, style, words.includes('--debug'));
    world.stderr.write(text);
    return exitCodeOf(error);
  }
}

/** Another program may have deleted the folder, and Node's own error names a system call. @throws ImportError E_USAGE */
function assertWorkingFolder(): void {
  try {
    process.cwd();
  } catch (cause) {
    throw new ImportError('E_USAGE', 'the working directory does not exist any more', {
      hint: 'change to another one with cd, then run again',
      cause,
    });
  }
}
