/** A mapping for what a well-known source exports. */
import type { EventMapping } from '../mapping/types.ts';
export interface Preset {
  /** What it reads, in a line. */
  title: string;
  /** The vendor's pages that say what the fields mean. */
  pages: readonly string[];
  /**
   * What the vendor of the import requires and this source never has, as `COLUMN.KEY` → why: it has to
   * be given with `set`.
   */
  requires?: Readonly<Record<string, string>>;
  mapping: EventMapping;
}
