import type { EventMapping } from '../mapping/types.ts';

/** A mapping for the exports of a well-known source. */
export interface Preset {
  /** What the preset reads, in one line. */
  title: string;
  /** Pages of the source's vendor that explain the fields. */
  pages: readonly string[];
  /**
   * Keys that an import requires and this source never has, as `COLUMN.KEY` → the reason. They have to be given
   * with `set`.
   */
  requires?: Readonly<Record<string, string>>;
  /**
   * Keys that an import requires and some events of this source do not have, as `COLUMN.KEY` → the reason. Without
   * `set`, such events are rejected.
   */
  mayLack?: Readonly<Record<string, string>>;
  mapping: EventMapping;
}
