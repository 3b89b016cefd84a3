import { readFileSync } from 'node:fs';
import { CODE_NAMES } from '../codes.ts';
import { ImportError } from '../errors.ts';
import { Arena } from './arena.ts';

/**
 * The kernel's functions by name, as lib/kernel/index.ts exports them: addresses and counts in, numbers
 * out. `bigint` where the kernel says i64.
 */
// biome-ignore lint/suspicious/noExplicitAny: each caller narrows the few functions it calls
export type KernelFunctions = Record<string, (...args: any[]) => any>;

/** Calls from the kernel back into TypeScript; all of them rare. */
export interface KernelImports {
  /** A key that the scanner meets for the first time in this context (lib/parse/scanner.ts). */
  newKey(context: number, address: number, length: number): number;
  /** The inside of a flattened value that the scanner meets for the first time. */
  newInside(key: number, maps: number): number;
}

export interface KernelOptions {
  /** The asserting build, with guard words behind every block. Default: HACKLE_IMPORT_KERNEL=debug. */
  debug?: boolean;
}

/** One instance of the WebAssembly kernel with its linear memory and arena. Not shared between threads. */
export class Kernel {
  readonly memory: WebAssembly.Memory;
  readonly arena: Arena;
  readonly fn: KernelFunctions;
  readonly debug: boolean;
  /** Exported constants: struct offsets (`Batch_rows`, `Keys_start`, …), codes, kinds. */
  readonly constants: Readonly<Record<string, number>>;
  /** Set by each scanner before it scans. */
  imports: KernelImports | undefined;
  /** Set while event keys are filtered (lib/record/event-filter.ts): 1 for a key that is wanted. */
  judgeKey: ((address: number, length: number) => number) | undefined;
  /** Struct → field → its offset in bytes; of a struct's `SIZE` its bytes. */
  readonly #offsets = new Map<string, Map<string, number>>();
  // Views of the memory. Growing it takes them away, so nobody keeps one over a call of `arena.alloc`.
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
    const constants: Record<string, number> = {};
    const fn: KernelFunctions = {};
    for (const [name, value] of Object.entries(instance.exports)) {
      if (value instanceof WebAssembly.Global) constants[name] = Number(value.value);
      else if (typeof value === 'function') fn[name] = value as KernelFunctions[string];
    }
    this.constants = constants;
    this.fn = fn;
    this.arena = new Arena(this.memory, this.constant('HEAP_BASE'), {
      guards: this.debug,
      onGrowth: () => this.#view(),
    });
    this.#view();
    checkCodes(this);
  }

  /** An exported constant; throws where the kernel has none of that name. */
  constant(name: string): number {
    const value = this.constants[name];
    if (value === undefined) throw new ImportError('E_INTERNAL', `the kernel exports no ${name}`);
    return value;
  }

  /** The offset of a struct's field; throws where there is none of that name. */
  offset(struct: string, field: string): number {
    const fields = this.#offsets.get(struct) ?? new Map<string, number>();
    let offset = fields.get(field);
    if (offset === undefined) {
      offset = this.constant(`${struct}_${field}`);
      this.#offsets.set(struct, fields.set(field, offset));
    }
    return offset;
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

/** The kernel's code. Sent to another thread it is shared, and need not be compiled again there. */
export function kernelModule(debug: boolean = isDebug()): WebAssembly.Module {
  return compiled(debug);
}

/** Has kernels of this thread use code that came from another one. */
export function useKernelModule(module: WebAssembly.Module, debug: boolean = isDebug()): void {
  modules.set(debug, module);
}

function isDebug(): boolean {
  return process.env.HACKLE_IMPORT_KERNEL === 'debug';
}

function compiled(debug: boolean): WebAssembly.Module {
  let module = modules.get(debug);
  if (module === undefined) {
    const file = debug ? 'kernel.debug.wasm' : 'kernel.wasm';
    module = new WebAssembly.Module(readFileSync(new URL(`../kernel/${file}`, import.meta.url)));
    modules.set(debug, module);
  }
  return module;
}

function checkCodes(kernel: Kernel): void {
  CODE_NAMES.forEach((name, index) => {
    if (kernel.constant(`CODE_${name.toUpperCase()}`) !== index) {
      throw new ImportError('E_INTERNAL', `code ${name} differs between kernel and library`);
    }
  });
}
