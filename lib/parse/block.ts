/** Whole events of one source, which a parser can take without what stands before or behind them. */
export interface Block {
  /** The bytes, one piece behind the other. */
  pieces: Uint8Array[];
  /** Byte offset in the source of the first one. */
  offset: number;
}
