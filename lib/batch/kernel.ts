import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CODE_NUMBERS, type Code } from '../codes.ts';
import { ImportError } from '../errors.ts';
import { Arena } from './arena.ts';
import { hashSecrets } from './hash-secrets.ts';
import { CONSTANTS, type KernelFunctions, OFFSETS, SIZES, STAMP } from './kernel-exports.ts';

/** Name of a constant that the kernel exports: kinds of values, what a column needs, … */
export type ConstantName = Exclude<keyof typeof CONSTANTS, `CODE_${string}`>;
/** Name of a struct that lies in the kernel's memory. */
export type StructName = keyof typeof OFFSETS;
/** Name of a field of a struct. */
export type FieldName<S extends StructName> = keyof (typeof OFFSETS)[S] & string;

/** The functions of a scanner that the kernel calls. All calls are rare. */
export interface KernelImports {
  /** Makes the key of a name that is new in its context (lib/parse/scanner.ts); returns its index. */
  newKey(context: number, address: number, length: number): number;
  /** Makes the node for the inside of a flattened value; returns its index. */
  newInside(key: number, maps: number): number;
}

export interface KernelOptions {
  /** Uses the build with assertions and guard words after every block. Default: whether HACKLE_IMPORT_KERNEL is debug. */
  debug?: boolean;
}

/** An instance of the WebAssembly kernel with its linear memory and arena. Each thread has its own. */
export class Kernel {
  readonly memory: WebAssembly.Memory;
  readonly arena: Arena;
  readonly fn: KernelFunctions;
  readonly debug: boolean;
  /** The scanner in use, which sets this before it scans. */
  imports: KernelImports | undefined;
  /** Judges an event key: 1 if it is wanted. Set while event keys are filtered (lib/record/event-filter.ts). */
  judgeKey: ((address: number, length: number) => number) | undefined;
  // Views of the memory. When it grows, they are replaced: read them anew after each `arena.alloc`.
  u8!: Uint8Array;
  bytes!: Buffer;
  u32!: Uint32Array;
  i32!: Int32Array;
  f64!: Float64Array;

  constructor(options: KernelOptions = {}) {
    this.debug = options.debug ?? isDebug();
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
    const instance = new WebAssembly.Instance(compiled(this.debug), {
      env: {
        memory: this.memory,
        newKey: (context: number, address: number, length: number) =>
          this.#scanner.newKey(context, address >>> 0, length),
        newInside: (key: number, maps: number) => this.#scanner.newInside(key, maps),
        judgeKey: (address: number, length: number) => this.judgeKey?.(address >>> 0, length) ?? 1,
        abort: (_message: number, _file: number, line: number, column: number) => {
          throw new ImportError('E_INTERNAL', `kernel assertion failed at ${line}:${column}`);
        },
      },
    });
    const functions = Object.entries(instance.exports).filter(([, it]) => typeof it === 'function');
    this.fn = Object.fromEntries(functions) as unknown as KernelFunctions;
    this.arena = new Arena(this.memory, (instance.exports.HEAP_BASE as WebAssembly.Global).value, {
      guards: this.debug,
      onGrowth: () => this.#view(),
    });
    this.#view();
    this.u8.set(hashSecrets(CONSTANTS.HASH_SECRET_BYTES), this.fn.hashSecrets() >>> 0);
  }

  /** The value of a constant. */
  constant(name: ConstantName): number {
    return CONSTANTS[name];
  }

  /** The number of a code. */
  code(code: Code): number {
    return CODE_NUMBERS[code];
  }

  /** The bytes of a struct. */
  sizeOf(struct: StructName): number {
    return SIZES[struct];
  }

  /** The offset of a struct's field in bytes. */
  offset<S extends StructName>(struct: S, field: FieldName<S>): number {
    const fields: Readonly<Record<string, number>> = OFFSETS[struct];
    return fields[field] as number;
  }

  #view(): void {
    const { buffer } = this.memory;
    this.u8 = new Uint8Array(buffer);
    this.bytes = Buffer.from(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }

  get #scanner(): KernelImports {
    if (this.imports === undefined) throw new ImportError('E_INTERNAL', 'no scanner is scanning');
    return this.imports;
  }

  /** A copy of the UTF-8 text at an address, as a string. */
  text(address: number, length: number): string {
    return this.bytes.toString('utf8', address, address + length);
  }
}

const modules = new Map<boolean, WebAssembly.Module>();

/** The compiled kernel. It can be sent to another thread, which then need not compile it again. */
export function kernelModule(debug: boolean = isDebug()): WebAssembly.Module {
  return compiled(debug);
}

/** Makes the kernels of this thread use a compiled kernel from another thread. */
export function useKernelModule(module: WebAssembly.Module, debug: boolean = isDebug()): void {
  modules.set(debug, module);
}

function isDebug(): boolean {
  return process.env.HACKLE_IMPORT_KERNEL === 'debug';
}

function compiled(debug: boolean): WebAssembly.Module {
  let module = modules.get(debug);
  if (module === undefined) {
    // By a name of the package, because this module may be part of another file.
    const url = import.meta.resolve(`#kernel/kernel${debug ? '.debug' : ''}.wasm`);
    module = new WebAssembly.Module(readFileSync(fileURLToPath(url)));
    checkStamp(module);
    modules.set(debug, module);
  }
  return module;
}

/**
 * Compiled at different times, the kernel and TypeScript would disagree on where things lie in memory.
 *
 * @throws ImportError E_INTERNAL
 */
export function checkStamp(module: WebAssembly.Module): void {
  const [stamp] = WebAssembly.Module.customSections(module, 'stamp');
  if (stamp !== undefined && Buffer.from(stamp).toString() === STAMP && hasCodes()) return;
  throw new ImportError('E_INTERNAL', 'the kernel was built without the TypeScript that calls it', {
    hint: 'npm run build builds both.',
  });
}

/** Whether the kernel was compiled with the same table of codes. */
function hasCodes(): boolean {
  const constants: Readonly<Record<string, number>> = CONSTANTS;
  const codes = Object.entries(CODE_NUMBERS);
  return (
    codes.length === CONSTANTS.CODES &&
    codes.every(([code, number]) => constants[`CODE_${code.toUpperCase()}`] === number)
  );
}
