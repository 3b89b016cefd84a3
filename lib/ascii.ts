// Names of bytes of text; the kernel has its own (lib/kernel/ascii.ts).

export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;
export const SPACE = 32;
export const COLON = 58;
export const QUOTE = 34;
export const BACKSLASH = 92;
