// Runs of the built command that are killed, and two at once, against a server that stays.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { GcsServer } from '../../../servers/gcs-server.ts';
import { start } from '../../../support/command.ts';
import { eventsOfDays } from '../../../support/events.ts';
import { rounds } from '../../../support/rounds.ts';
import { tempFolder } from '../../../support/temp.ts';

const DAYS = ['dt=2023-01-01/', 'dt=2023-01-02/', 'dt=2023-01-03/'];
const KILLS = rounds(1);

const folder = tempFolder(t);
const input = join(folder, 'events.ndjson');
writeFileSync(input, eventsOfDays(12_000, 3, 100));
const other = join(folder, 'other.ndjson');
writeFileSync(other, eventsOfDays(9000, 3, 120));

function arguments_(server: GcsServer, from = input): string[] {
  const files = ['--row-group-size', '256KiB', '--file-size', '256KiB', '--compression', 'none'];
  const store = ['--endpoint', server.endpoint, '--to', 'gs://bucket/a', '--if-exists', 'replace'];
  return [from, ...store, ...files, '--threads', '0', '--json'];
}

async function undisturbed(from: string): Promise<Record<string, string>> {
  const server = await GcsServer.start(t);
  const { code, stderr } = await start(arguments_(server, from)).ended;
  if (code !== 0) throw new Error(stderr);
  return server.contents();
}

function ofDay(files: Record<string, string>, day: string): string {
  return JSON.stringify(Object.entries(files).filter(([name]) => name.startsWith(`a/${day}`)));
}

/** Days whose `_SUCCESS` stands beside something else than the files of one of the runs. */
function broken(found: Record<string, string>, wanted: Record<string, string>[]): string[] {
  return DAYS.filter(
    (day) =>
      `a/${day}_SUCCESS` in found &&
      !wanted.some((files) => ofDay(files, day) === ofDay(found, day)),
  );
}

const expected = undisturbed(input);

t.test(`killed at ${KILLS} moments, then run again`, async (t) => {
  const wanted = await expected;
  t.ok(Object.keys(wanted).length >= 9, Object.keys(wanted).join());
  for (let n = 0; n < KILLS; n++) {
    const server = await GcsServer.start(t);
    const moments = new Promise<void>((resolve) => {
      // A moment told by what has been asked for: the same on a fast and on a slow machine.
      const last = Math.floor(((n + Math.random()) / KILLS) * 60) + 3;
      server.fault = () => {
        if (server.requests.length === last) setTimeout(resolve, Math.random() * 5);
        return undefined;
      };
    });
    const { child, ended } = start(arguments_(server));
    await Promise.race([moments, ended]);
    child.kill('SIGKILL');
    await ended;
    t.same(broken(server.contents(), [wanted]), [], `after ${server.requests.length} requests`);
    const again = await start(arguments_(server)).ended;
    t.equal(again.code, 0, again.stderr);
    t.same(server.contents(), wanted);
    await server.stop();
  }
});

t.test('two runs at once on the same days: never a mix', async (t) => {
  const wanted = [await expected, await undisturbed(other)];
  for (let n = 0; n < KILLS / 3; n++) {
    const server = await GcsServer.start(t);
    const both = [input, other].map((from) => start(arguments_(server, from)).ended);
    const outcomes = await Promise.all(both);
    t.same(broken(server.contents(), wanted), [], outcomes.map(({ code }) => code).join());
    for (const { code, stderr } of outcomes) {
      if (code === 0) continue;
      t.match(stderr, /E_STORE_CONFLICT|E_DAY_COMPLETE|E_DAY_SHRINKS/);
    }
    await server.stop();
  }
});
