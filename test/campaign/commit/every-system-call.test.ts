import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { LocalStore } from '../../../lib/store/local/store.ts';
import {
  broken,
  fileSystem,
  filesOf,
  inFolder,
  leaveParts,
  ofDay,
  quick,
  run,
} from '../../commit/runs.ts';

for (const start of ['nothing', 'stale parts', 'complete days'] as const) {
  t.test(
    `a kill at every system call of a local run over ${start}; then a plain run`,
    async (t) => {
      const root = t.testdir();
      const died = new Error('killed');
      let moments = 0;
      for (let n = 1; ; n++) {
        const folder = path.join(root, String(n));
        fs.mkdirSync(folder);
        if (start === 'stale parts') await leaveParts(new LocalStore(folder, { fs: quick }));
        if (start === 'complete days') await run(new LocalStore(folder, { fs: quick }), 'o');
        let count = 0;
        const step = async <T>(op: () => Promise<T>): Promise<T> => {
          if (++count >= n) throw died;
          return op();
        };
        const store = new LocalStore(folder, { fs: fileSystem(step) });
        const ifExists = start === 'complete days' ? 'replace' : 'fail';
        const error = await run(store, 'x', ifExists).catch((error: unknown) => error);
        t.same(broken(inFolder(folder), 'ox'), [], `killed at call ${n}`);
        if (count < n) break;
        moments++;
        // Once all days are committed, a run does not fail: only its note of the days may be left.
        const isOver = error !== died;
        if (isOver) t.same(ofDay(inFolder(folder), 'dt='), filesOf('x'), `committed at ${n}`);
        // Simply the same again.
        const again = isOver ? 'replace' : ifExists;
        await run(new LocalStore(folder, { fs: quick }), 'x', again);
        t.same(inFolder(folder), filesOf('x'), `repaired after ${n}, hidden files included`);
        t.same(fs.readdirSync(folder), ['dt=2023-01-01', 'dt=2023-01-02'], 'and folders');
        fs.rmSync(folder, { recursive: true });
      }
      t.ok(moments > 100, `${moments} moments`);
    },
  );
}
