/*
 * Preloaded into a process (`node --import`), with its worker threads: counts the calls of `node:fs` that concern the
 * files of a run, and lets one of them go wrong (plan.ts).
 *
 * It wraps what the program can call: functions with callbacks, promises, and their synchronous forms, and the methods
 * of open files. What Node does inside one call, such as writing the rest of a buffer, is one call. Reading the
 * program's own modules does not count.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import { type FaultPlan, PLAN } from './plan.ts';
import { systemError } from './system-error.ts';

// Arguments and results are those of whatever is wrapped.
// biome-ignore lint/suspicious/noExplicitAny: see above.
type Call = (this: unknown, ...args: any[]) => any;
type Wrapped = Record<string, Call>;

const plan = JSON.parse(process.env[PLAN] ?? 'null') as FaultPlan | null;

/** Descriptors below this number are followed. */
const DESCRIPTORS = 4096;
/** In front of the descriptors' marks: the number of calls so far. */
const COUNT = 0;
const MARKS = 1;

/** Shared by all threads. */
const shared: Int32Array = sharedState();
const { appendFileSync } = fs;

function sharedState(): Int32Array {
  const name = 'hackle-campaign-faults';
  if (!isMainThread) return new Int32Array(getEnvironmentData(name) as SharedArrayBuffer);
  const buffer = new SharedArrayBuffer(4 * (MARKS + DESCRIPTORS));
  setEnvironmentData(name, buffer as never);
  const state = new Int32Array(buffer);
  state[MARKS] = 1; // standard input
  return state;
}

const mark = (fd: number, value: 0 | 1): void => {
  if (fd < DESCRIPTORS) Atomics.store(shared, MARKS + fd, value);
};

/** The path or descriptor that a call concerns, if it counts. */
function concerned(target: unknown): string | undefined {
  if (plan === null) return undefined;
  if (typeof target === 'number') {
    return Atomics.load(shared, MARKS + target) === 1 ? `descriptor ${target}` : undefined;
  }
  const name =
    target instanceof URL
      ? fileURLToPath(target)
      : typeof target === 'string' || Buffer.isBuffer(target)
        ? path.resolve(String(target))
        : '';
  return name === plan.root || name.startsWith(plan.root + path.sep) ? name : undefined;
}

type Decision =
  | { kind: 'no' }
  | { kind: 'lost' | 'short' | 'kill-after' | 'kill-within'; error: Error };

/** Counts a call; returns what is to happen, throws what fails, or kills the process. */
function decide(name: string, target: string, needsSpace: boolean): Decision {
  const { calls, fault, hits } = plan as FaultPlan;
  const number = Atomics.add(shared, COUNT, 1) + 1;
  if (calls !== undefined) appendFileSync(calls, `${number} ${name} ${target}\n`);
  if (fault === undefined || number < fault.at) return { kind: 'no' };
  const { kind } = fault;
  const lasts = kind === 'gone' || (kind === 'full' && needsSpace);
  if (number > fault.at && !lasts) return { kind: 'no' };
  if (kind === 'full' && !needsSpace) return { kind: 'no' };
  appendFileSync(hits, `${number} ${name} ${target}\n`);
  if (kind === 'kill-before') die();
  if (kind === 'stop') {
    process.kill(process.pid, 'SIGTERM');
    return { kind: 'no' };
  }
  const code = kind === 'gone' ? 'EIO' : kind === 'full' ? 'ENOSPC' : fault.error;
  const error = systemError(code, name, target);
  if (kind === 'fail' || kind === 'gone' || kind === 'full') throw error;
  return { kind, error };
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // A thread must not go on until the signal has ended it.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** What the methods that transfer some bytes, and those that transfer all, do after a part of them. */
const PARTIAL = new Set(['read', 'readSync', 'write', 'writeSync', 'writev', 'writevSync']);

/** The arguments with fewer bytes; undefined where there is nothing to shorten. @param first index of the buffer */
function shortened(name: string, args: unknown[], first: number): unknown[] | undefined {
  const bytes = args[first];
  if (Array.isArray(bytes)) {
    return bytes.length > 1 ? args.with(first, bytes.slice(0, 1)) : undefined;
  }
  if (name.startsWith('writeFile')) {
    if (!(bytes instanceof Uint8Array) || bytes.length < 2) return undefined;
    return args.with(first, bytes.subarray(0, bytes.length >> 1));
  }
  const length = args[first + 2];
  if (typeof length !== 'number' || length < 2) return undefined;
  return args.with(first + 2, Math.ceil(length / 2));
}

interface Wrap {
  name: string;
  /** The path, or the descriptor, that it concerns. */
  target: string;
  args: unknown[];
  /** Index of the buffer among the arguments. */
  bytes: number;
}

const CREATES = fs.constants.O_CREAT;

function needsSpace({ name, args }: Wrap): boolean {
  if (/^(?:write|mkdir|link|truncate|ftruncate|fsync|fdatasync|sync|datasync)/.test(name))
    return true;
  if (!name.startsWith('open')) return false;
  const flags = args[1];
  return typeof flags === 'number' ? (flags & CREATES) !== 0 : /[wa]/.test(String(flags ?? 'r'));
}

/** Closing happens even where it reports an error. */
const happensAnyway = (name: string): boolean => name.startsWith('close');

/** Called when a call was made: with its result, or with its own error. May throw another one. */
type Ended = (result: unknown, failure?: unknown) => void;

/** Carries out a call as decided. @param perform makes it with arguments */
function carriedOut<R>(call: Wrap, perform: (args: unknown[], ended: Ended) => R): R {
  const { name, args, bytes } = call;
  const none = (): void => {};
  let decision: Decision;
  try {
    decision = decide(name, call.target, needsSpace(call));
  } catch (error) {
    const fail = (): void => {
      throw error;
    };
    if (happensAnyway(name)) return perform(args, fail);
    throw error;
  }
  if (decision.kind === 'no') return perform(args, none);
  const { kind, error } = decision;
  const fewer =
    kind === 'short' || kind === 'kill-within' ? shortened(name, args, bytes) : undefined;
  const isWhole = !PARTIAL.has(name);
  return perform(fewer ?? args, (result, failure) => {
    if (kind === 'kill-after' || kind === 'kill-within') die();
    if (failure !== undefined) return;
    if (kind === 'short' && (fewer === undefined || !isWhole)) return;
    if (kind === 'lost') undo(name, result);
    throw error;
  });
}

/** An open file of which nothing is known would stay open. */
function undo(name: string, result: unknown): void {
  if (!name.startsWith('open')) return;
  if (typeof result === 'number') fs.closeSync(result);
  else void (result as fs.promises.FileHandle).close();
}

/** Follows a file that was opened. `close` is no method of the class, but a property of each open file. */
function follow(name: string, result: unknown): void {
  if (!name.startsWith('open')) return;
  if (typeof result === 'number') {
    mark(result, 1);
    return;
  }
  const opened = result as { fd: number; close: Call };
  mark(opened.fd, 1);
  opened.close = wrapPromise('close', opened.close, 0);
}

const targetOf = (name: string, self: unknown, args: unknown[]): unknown =>
  self instanceof FileHandle
    ? self.fd
    : name.startsWith('link') || name.startsWith('rename')
      ? args[1]
      : args[0];

/** `util.promisify` and callers of `realpath.native` read properties of the function. */
const withProperties = (wrapped: Call, original: Call): Call =>
  Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));

function wrapSync(name: string, original: Call): Call {
  return function (this: unknown, ...args) {
    const target = concerned(targetOf(name, this, args));
    if (target === undefined) return original.apply(this, args);
    return carriedOut({ name, target, args, bytes: 1 }, (given, ended) => {
      if (name === 'closeSync') mark(args[0] as number, 0);
      let result: unknown;
      try {
        result = original.apply(this, given);
      } catch (failure) {
        ended(undefined, failure);
        throw failure;
      }
      follow(name, result);
      ended(result);
      return result;
    });
  };
}

function wrapPromise(name: string, original: Call, bytes: number): Call {
  return async function (this: unknown, ...args) {
    const target = concerned(targetOf(name, this, args));
    if (target === undefined) return original.apply(this, args);
    return carriedOut({ name, target, args, bytes }, async (given, ended) => {
      if (name === 'close') mark((this as { fd: number }).fd, 0);
      let result: unknown;
      try {
        result = await original.apply(this, given);
      } catch (failure) {
        ended(undefined, failure);
        throw failure;
      }
      follow(name, result);
      ended(result);
      return result;
    });
  };
}

function wrapCallback(name: string, original: Call): Call {
  return function (this: unknown, ...all) {
    const callback = all.at(-1) as Call;
    const args = all.slice(0, -1);
    const target = concerned(targetOf(name, this, args));
    if (target === undefined || typeof callback !== 'function') return original.apply(this, all);
    try {
      return carriedOut({ name, target, args, bytes: 1 }, (given, ended) => {
        if (name === 'close') mark(args[0] as number, 0);
        return original.call(this, ...given, (error: unknown, ...results: unknown[]) => {
          if (error) {
            ended(undefined, error);
            return callback(error, ...results);
          }
          try {
            follow(name, results[0]);
            ended(results[0]);
          } catch (failure) {
            return callback(failure);
          }
          callback(null, ...results);
        });
      });
    } catch (error) {
      process.nextTick(callback, error);
    }
  };
}

const NAMES =
  'access,close,fdatasync,fstat,fsync,ftruncate,link,lstat,mkdir,open,read,readdir,readFile,realpath,rename,rm,rmdir,stat,truncate,unlink,write,writeFile,writev'.split(
    ',',
  );
const METHODS = 'read,readFile,stat,sync,datasync,truncate,write,writeFile,writev'.split(',');

const handle = await fs.promises.open(process.execPath);
const prototype = Object.getPrototypeOf(handle) as Wrapped;
const FileHandle = handle.constructor as new () => fs.promises.FileHandle;
await handle.close();

if (plan !== null) {
  const [functions, promises] = [fs, fs.promises] as unknown as [Wrapped, Wrapped];
  for (const name of NAMES) {
    for (const each of [name, `${name}Sync`]) {
      const original = functions[each];
      if (original === undefined) continue;
      const wrapped = each === name ? wrapCallback(each, original) : wrapSync(each, original);
      functions[each] = withProperties(wrapped, original);
    }
    const original = promises[name];
    if (original !== undefined) promises[name] = wrapPromise(name, original, 1);
  }
  for (const name of METHODS) {
    const original = prototype[name];
    if (original !== undefined) prototype[name] = wrapPromise(name, original, 0);
  }
  syncBuiltinESMExports();
}
