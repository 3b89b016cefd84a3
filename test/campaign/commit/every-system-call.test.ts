import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { LocalStore } from '../../../lib/store/local/store.ts';
import {
  broken,
  DAY,
  fileSystem,
  filesOf,
  inFolder,
  leaveParts,
  NEXT,
  ofDay,
  quick,
  run,
} from '../../commit/runs.ts';

t.test('a kill at every system call of a local run; then a plain run', async (t) => {
  const root = t.testdir();
  const died = new Error('killed');
  let moments = 0;
  for (let n = 1; ; n++) {
    const folder = path.join(root, String(n));
    await leaveParts(new LocalStore(folder, { fs: quick }));
    let count = 0;
    const step = async <T>(op: () => Promise<T>): Promise<T> => {
      if (++count >= n) throw died;
      return op();
    };
    const error = await run(new LocalStore(folder, { fs: fileSystem(step) })).catch(
      (error: unknown) => error,
    );
    t.same(broken(inFolder(folder), 'x'), [], `killed at call ${n}`);
    if (count < n) break;
    moments++;
    t.equal(error, died);
    const left = [DAY, NEXT].filter((day) => !fs.existsSync(path.join(folder, day, '_SUCCESS')));
    await run(new LocalStore(folder, { fs: quick }), 'x', 'skip');
    const files = inFolder(folder);
    t.same({ ...ofDay(files, DAY), ...ofDay(files, NEXT) }, filesOf('x'), `repaired after ${n}`);
    // Repaired days hold no trace of the killed run.
    for (const day of left) {
      t.same(
        fs.readdirSync(path.join(folder, day)).filter((name) => name.startsWith('.')),
        [],
      );
    }
    fs.rmSync(folder, { recursive: true });
  }
  t.ok(moments > 100, `${moments} moments`);
});
