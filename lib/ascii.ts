// Names of bytes of text; the kernel has its own (lib/kernel/ascii.ts).

export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;
