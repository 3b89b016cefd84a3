// Counts the assertions of a TAP file: prints `<passed> <failed>`, and each failed one to stderr.
// An assertion is a test point without a subtest of its own. Both forms of subtests are known:
// `# Subtest: x` followed by an indented block, and the buffered `ok 1 - x {` … `}`.
import { readFileSync } from 'node:fs';

const POINT = /^( *)(not )?ok\b(.*)$/;
const PLAN = /^( *)1\.\.\d+/;

let passed = 0;
let failed = 0;
// Indentations (in spaces) at which a child plan or point was seen since the last parent point.
const children = new Set();
let file = '';
let diagnostics = -1; // indentation of an open YAML block, or -1

for (const line of readFileSync(process.argv[2], 'utf8').split(/\r?\n/)) {
  const indent = line.length - line.trimStart().length;
  if (diagnostics >= 0) {
    if (indent === diagnostics && line.trim() === '...') diagnostics = -1;
    continue;
  }
  if (line.trim() === '---') {
    diagnostics = indent;
    continue;
  }
  if (/^ *Bail out!/.test(line)) failed++;
  if (PLAN.test(line)) children.add(indent);
  if (indent === 0 && line.startsWith('# Subtest: ')) file = line.slice(11);
  const point = POINT.exec(line);
  if (!point) continue;

  const [, , not, rest] = point;
  const opensBuffered = rest.endsWith(' {');
  const endsSubtest = [...children].some((depth) => depth > indent);
  for (const depth of children) if (depth > indent) children.delete(depth);
  children.add(indent);

  const excused = /(?<!\\)# *(todo|skip)\b/i.test(rest);
  if (opensBuffered || endsSubtest || (excused && not)) continue;
  if (/(?<!\\)# *skip\b/i.test(rest)) continue;
  if (not) {
    failed++;
    console.error(`${file}: ${rest.trim()}`);
  } else {
    passed++;
  }
}
console.log(`${passed} ${failed}`);
