/** A problem of a mapping. */
export interface MappingProblem {
  /** Place in the mapping, such as `identifiers.keys.id`; empty for the mapping as a whole. */
  path: string;
  message: string;
  /** How to fix the problem. */
  hint?: string | undefined;
}
