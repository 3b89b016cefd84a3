// The long fuzz: node dist/test/fuzz/run.js [lines] [seed] [debug|release]
import { fuzzScanner } from './scanner.ts';

const [lines = '10000000', seed = '1', build = 'debug'] = process.argv.slice(2);
Error.stackTraceLimit = 0;
const started = performance.now();
const seconds = (): number => Math.round((performance.now() - started) / 1000);
let told = 0;
const result = fuzzScanner({
  lines: Number(lines),
  seed: Number(seed),
  debug: build === 'debug',
  onProgress: (now) => {
    if (seconds() < told + 30) return;
    told = seconds();
    console.error(`${now.lines} lines, ${told} s, ${now.disagreements.length} disagreements`);
  },
});
for (const line of result.disagreements) console.log(line);
console.log(
  JSON.stringify({
    ...result,
    disagreements: result.disagreements.length,
    seed,
    build,
    seconds: seconds(),
  }),
);
if (result.disagreements.length > 0) process.exitCode = 1;
