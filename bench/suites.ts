import type { Suite } from './suite.ts';
import { formats } from './suites/formats.ts';
import { main } from './suites/main.ts';
import { memory } from './suites/memory.ts';
import { scaling } from './suites/scaling.ts';
import { small } from './suites/small.ts';
import { stages } from './suites/stages.ts';
import { threads } from './suites/threads.ts';
import { upload } from './suites/upload.ts';

/** The suites by their names on the command line. */
export const SUITES: Record<string, Suite> = {
  main,
  threads,
  stages,
  memory,
  scaling,
  formats,
  small,
  upload,
};
