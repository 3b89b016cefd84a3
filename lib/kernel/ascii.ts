// Names of bytes of text.

export const BACKSPACE: u32 = 8;
export const TAB: u32 = 9;
export const LINE_FEED: u32 = 10;
export const FORM_FEED: u32 = 12;
export const CARRIAGE_RETURN: u32 = 13;
export const UNIT_SEPARATOR: u32 = 0x1f;
/** All bytes below this one are control characters. */
export const SPACE: u32 = 32;
export const QUOTE: u32 = 34;
export const PLUS: u32 = 43;
export const COMMA: u32 = 44;
export const MINUS: u32 = 45;
export const POINT: u32 = 46;
export const SLASH: u32 = 47;
export const ZERO: u32 = 48;
export const COLON: u32 = 58;
export const UPPER_T: u32 = 84;
export const UPPER_Z: u32 = 90;
export const OPENING_BRACKET: u32 = 91;
export const BACKSLASH: u32 = 92;
export const CLOSING_BRACKET: u32 = 93;
export const LOWER_A: u32 = 97;
export const LOWER_B: u32 = 98;
export const LOWER_E: u32 = 101;
export const LOWER_F: u32 = 102;
export const LOWER_N: u32 = 110;
export const LOWER_R: u32 = 114;
export const LOWER_T: u32 = 116;
export const LOWER_U: u32 = 117;
export const OPENING_BRACE: u32 = 123;
export const CLOSING_BRACE: u32 = 125;

/** Set in small letters, clear in capital ones; set in braces, clear in brackets. */
export const CASE_BIT: u32 = 0x20;

// @ts-ignore: decorator
@inline
export function isDigit(c: u32): bool {
  return c - ZERO < 10;
}

/** The hexadecimal digit of a number below 16. */
// @ts-ignore: decorator
@inline
export function hexLetter(digit: u32): u32 {
  return digit < 10 ? digit + ZERO : digit - 10 + LOWER_A;
}
