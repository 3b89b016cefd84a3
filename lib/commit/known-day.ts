/** What a run knows of a day besides what it wrote. */
export interface KnownDay {
  /** The day was complete before; undefined if the run could not look at it. */
  wasComplete: boolean | undefined;
  /** The day was complete before, and this run has not touched it. */
  isUntouched: boolean;
  /** The day was complete before, by the same input and options. */
  isRepeated: boolean;
  /** The store did not answer, so that it is not known whether the day has `_SUCCESS`. */
  isUncertain: boolean;
}
