/** One thing that is wrong with a mapping. */
export interface MappingProblem {
  /** Where in the mapping's JSON; empty for the whole. */
  path: string;
  message: string;
  hint?: string | undefined;
}
