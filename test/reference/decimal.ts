/** A decimal number without loss: digits × 10^exponent. */
export interface Decimal {
  digits: bigint;
  exponent: bigint;
}

// A JSON number; besides, strings may begin with '+' or zeros and lack digits on one side of the point.
const NUMERIC = /^([+-]?)([0-9]+)?(?:(\.)([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/;

/** Reads a JSON number or what is taken for one in a string; undefined for anything else. */
export function readDecimal(text: string): Decimal | undefined {
  const match = NUMERIC.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', , fraction = '', exponent = '0'] = match;
  if (whole + fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  return {
    digits: sign === '-' ? -digits : digits,
    exponent: BigInt(exponent) - BigInt(fraction.length),
  };
}

/** More digits than anything that is ever looked at; keeps 10^exponent computable. */
const FAR = 20_000n;

/**
 * The value × 10^scale as a fraction of two integers. Exponents far beyond every limit are pulled in:
 * the value stays far outside, or closer to zero than anything that counts, on its side.
 */
export function scaled(value: Decimal, scale: bigint): { numerator: bigint; denominator: bigint } {
  if (value.digits === 0n) return { numerator: 0n, denominator: 1n };
  const length = BigInt(value.digits.toString().length);
  let exponent = value.exponent + scale;
  if (exponent > FAR) exponent = FAR;
  if (exponent < -FAR - length) exponent = -FAR - length;
  return exponent >= 0n
    ? { numerator: value.digits * 10n ** exponent, denominator: 1n }
    : { numerator: value.digits, denominator: 10n ** -exponent };
}

/** The greatest integer that is not greater than the fraction. */
export function floorDivide(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator < 0n ? quotient - 1n : quotient;
}

/** The nearest integer, a half away from zero. */
function roundDivide(numerator: bigint, denominator: bigint): bigint {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (2n * magnitude + denominator) / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}

/** `metric_value` × 10^6 with whether it had to be rounded, or the code of what is wrong. */
export function readMetric(
  text: string,
): { value: bigint; rounded: boolean } | 'metric_value_invalid' | 'metric_value_out_of_range' {
  const decimal = readDecimal(text);
  if (!decimal) return 'metric_value_invalid';
  const { numerator, denominator } = scaled(decimal, 6n);
  const value = roundDivide(numerator, denominator);
  if (value >= 10n ** 24n || value <= -(10n ** 24n)) return 'metric_value_out_of_range';
  return { value, rounded: value * denominator !== numerator };
}
