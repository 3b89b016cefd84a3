// Ways in which a day could be lost that need a process: kills, a terminal that closes, disks that are full, the demo.
// What the screen says of each is in test/bin/golden.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inPackage, run, until } from '../support/command.ts';
import { eventsOfDays } from '../support/events.ts';
import { namesIn } from '../support/folders.ts';
import { golden } from './golden-session.ts';

golden('killed-replace', 'kill -9 while a day is replaced, and the next run', async (session) => {
  session.write('old.ndjson', eventsOfDays(200, 1));
  session.write('new.ndjson', eventsOfDays(300, 1));
  await session.run('old.ndjson', '--to', 'out');
  const before = session.contents();
  const again = ['new.ndjson', '--to', 'out', '--if-exists', 'replace'] as const;
  session.say('before the commit, when all files are written');
  await session.killed({ call: 'rename', names: /dt=2023-01-01\/_SUCCESS/ }, ...again);
  session.check('the day is byte for byte what it was', session.days() === before);
  session.say('in the commit');
  await session.killed({ call: 'link', names: /dt=2023-01-01\/_SUCCESS$/ }, ...again);
  session.check('the day has no _SUCCESS', !session.days().includes('_SUCCESS'));
  session.say('the next run');
  await session.run(...again);
  await session.run('new.ndjson', '--to', 'undisturbed');
  session.check(
    'the day is byte for byte that of an undisturbed run, and nothing else is there',
    session.contents() === session.contents('undisturbed'),
  );
});

golden('killed-between-days', 'kill -9 between the commits of two days', async (session) => {
  session.write('events.ndjson', eventsOfDays(200, 2));
  const command = ['events.ndjson', '--to', 'out'] as const;
  const after = join(session.folder, 'out/dt=2023-01-01/_SUCCESS');
  await session.killed({ call: 'link', names: /dt=2023-01-02\/_SUCCESS$/, after }, ...command);
  const marks = namesIn(join(session.folder, 'out')).filter((name) => name.endsWith('_SUCCESS'));
  session.say(`marks: ${marks.join()}`);
  session.say('the scheduler runs the same command again');
  await session.run(...command);
  await session.run('events.ndjson', '--to', 'undisturbed');
  session.check(
    'both days are byte for byte those of an undisturbed run, and nothing else is there',
    session.contents() === session.contents('undisturbed'),
  );
  session.say('once more: the days are complete, and no run was killed');
  await session.run(...command);
});

golden('closed-terminal', 'a terminal that closes (SIGHUP) during a run', async (session) => {
  session.write('old.ndjson', eventsOfDays(200, 1));
  await session.run('old.ndjson', '--to', 'out');
  const before = session.contents();
  const small = ['--row-group-size', '64KiB', '--file-size', '64KiB', '--threads', '0'];
  const isStaged = (): boolean =>
    namesIn(join(session.folder, 'out')).some((name) => name.endsWith('.part'));
  await session.stopped(
    eventsOfDays(4000, 1, 1000),
    async ({ child }) => {
      await until('a staged file', isStaged);
      child.kill('SIGHUP');
    },
    ...['-', '--to', 'out', '--if-exists', 'replace', ...small],
  );
  session.check(
    'the day is byte for byte what it was, and nothing else is there',
    session.contents() === before,
  );
});

golden('full-tmpdir', 'a TMPDIR that is full', async (session) => {
  session.write('events.ndjson', eventsOfDays(4500, 9, 20));
  await session.runWithFullTmpdir(
    'events.ndjson',
    ...['--to', 'out', '--memory', '1MiB', '--threads', '0'],
  );
});

golden('demo', 'the demo writes to a folder of its own', async (session) => {
  mkdirSync(join(session.folder, 'out'));
  session.write('out/a-day-of-mine', 'kept');
  const before = session.contents();
  const { code, stdout, stderr } = await run([], {
    script: inPackage('dist/samples/demo.js'),
    cwd: session.folder,
    env: { NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  const said = (stdout + stderr)
    .replaceAll(/\S+(?=\/samples\/)/g, 'PACKAGE')
    .replaceAll(/^ +\d+(?= +demo-out)/gm, '  SIZE');
  session.show('npm run demo', said, `exit code ${code}`);
  session.check('./out is as it was', session.contents() === before);
});

if (existsSync('/dev/full')) {
  golden('full-stderr', 'a standard error that cannot be written to', async (session) => {
    session.write('events.ndjson', eventsOfDays(200, 1));
    session.write('bad.ndjson', `${eventsOfDays(300, 1)}{"insert_id": 1\n`);
    session.runWithFullStderr('events.ndjson', '--to', 'out');
    const before = session.contents();
    await session.run('events.ndjson', '--to', 'heard');
    session.check('the day is the same', before === session.contents('heard'));
    session.runWithFullStderr('bad.ndjson', '--to', 'out', '--if-exists', 'replace');
    session.runWithFullStderr('nosuch.ndjson', '--to', 'out', '--if-exists', 'replace');
    session.check('the day is byte for byte what it was', session.contents() === before);
  });
}
