import type { ObjectInfo } from '../store/contract.ts';
import { isPart } from './partition.ts';

/** The files that a run wrote into a day, as the store described them. */
export class WrittenFiles {
  readonly #files = new Map<string, ObjectInfo>();

  add(file: ObjectInfo): void {
    this.#files.set(file.name, file);
  }

  has(name: string): boolean {
    return this.#files.has(name);
  }

  /** Whether an object is exactly what this run wrote. */
  isOwn({ name, version }: ObjectInfo): boolean {
    return this.#files.get(name)?.version === version;
  }

  /** Says how the parts in a listing of the day differ from these files; undefined if they are exactly these. */
  difference(objects: readonly ObjectInfo[]): string | undefined {
    const parts = objects.filter(isPart);
    for (const part of parts) {
      const own = this.#files.get(part.name);
      if (own === undefined) return `${part.name} appeared`;
      if (own.version !== part.version || own.size !== part.size) {
        return `${part.name} was overwritten (${own.size} → ${part.size} bytes)`;
      }
    }
    if (parts.length === this.#files.size) return undefined;
    const names = new Set(parts.map(({ name }) => name));
    return `${[...this.#files.keys()].find((name) => !names.has(name))} has disappeared`;
  }
}

/** Objects by their names. */
export function byNames(objects: readonly ObjectInfo[]): ReadonlyMap<string, ObjectInfo> {
  return new Map(objects.map((object) => [object.name, object]));
}
