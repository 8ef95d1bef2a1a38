/** Exact decimal numbers of at most 34 significant digits, rounded half to even, as Python's decimal module has them. */

const PRECISION = 34;
/** Decimal exponent beyond which a number is missing (large) or zero (small). */
const MAX_MAGNITUDE = 60;

/** `coefficient * 10^exponent`. */
export class Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;

  constructor(coefficient: bigint, exponent = 0) {
    this.coefficient = coefficient;
    this.exponent = exponent;
  }

  static of(value: number): Decimal {
    return new Decimal(BigInt(value));
  }

  get isZero(): boolean {
    return this.coefficient === 0n;
  }

  get isInteger(): boolean {
    return this.exponent >= 0 || this.coefficient % power(-this.exponent) === 0n;
  }

  negated(): Decimal {
    return new Decimal(-this.coefficient, this.exponent);
  }

  absolute(): Decimal {
    return this.coefficient < 0n ? this.negated() : this;
  }

  compare(other: Decimal): number {
    const [left, right] = aligned(this, other);
    return left < right ? -1 : Number(left > right);
  }

  /** Cut towards zero. */
  truncated(): bigint {
    return this.exponent >= 0 ? this.coefficient * power(this.exponent) : this.coefficient / power(-this.exponent);
  }

  /** Cut downwards. */
  floored(): bigint {
    const cut = this.truncated();
    return this.coefficient < 0n && !this.isInteger ? cut - 1n : cut;
  }

  /** Without exponent and without zeros at its end. */
  toString(): string {
    if (this.exponent >= 0) return (this.coefficient * power(this.exponent)).toString();
    const digits = magnitude(this.coefficient).toString().padStart(1 - this.exponent, "0");
    const whole = digits.slice(0, this.exponent);
    const part = digits.slice(this.exponent).replace(/0+$/, "");
    const text = part === "" ? whole : `${whole}.${part}`;
    return this.coefficient < 0n ? `-${text}` : text;
  }
}

export const ZERO = new Decimal(0n);

function power(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function digitsOf(value: bigint): number {
  return magnitude(value).toString().length;
}

/** Both coefficients at the smaller exponent. */
function aligned(one: Decimal, other: Decimal): [bigint, bigint, number] {
  const exponent = Math.min(one.exponent, other.exponent);
  const at = ({ coefficient, exponent: own }: Decimal): bigint => coefficient * power(own - exponent);
  return [at(one), at(other), exponent];
}

/** `coefficient / 10^places`, rounded to a whole number. */
function rounded(coefficient: bigint, places: number, halfEven: boolean): bigint {
  const unit = power(places);
  const cut = magnitude(coefficient) / unit;
  const twice = 2n * (magnitude(coefficient) % unit);
  const up = twice > unit || (twice === unit && (!halfEven || cut % 2n === 1n));
  const result = up ? cut + 1n : cut;
  return coefficient < 0n ? -result : result;
}

/** In our precision and range; null where it is beyond (a missing number), zero where it is too small. */
export function bounded(number: Decimal): Decimal | null {
  let { coefficient, exponent } = number;
  for (let excess = digitsOf(coefficient) - PRECISION; excess > 0; excess = digitsOf(coefficient) - PRECISION) {
    coefficient = rounded(coefficient, excess, true);
    exponent += excess;
  }
  if (coefficient === 0n) return ZERO;
  const adjusted = exponent + digitsOf(coefficient) - 1;
  if (adjusted > MAX_MAGNITUDE) return null;
  return adjusted >= -MAX_MAGNITUDE ? new Decimal(coefficient, exponent) : ZERO;
}

export function add(one: Decimal, other: Decimal): Decimal {
  const [left, right, exponent] = aligned(one, other);
  return new Decimal(left + right, exponent);
}

export function subtract(one: Decimal, other: Decimal): Decimal {
  return add(one, other.negated());
}

export function multiply(one: Decimal, other: Decimal): Decimal {
  return new Decimal(one.coefficient * other.coefficient, one.exponent + other.exponent);
}

/** In our precision; null for a division by zero. */
export function divide(one: Decimal, other: Decimal): Decimal | null {
  if (other.isZero) return null;
  const extra = Math.max(0, PRECISION + 2 + digitsOf(other.coefficient) - digitsOf(one.coefficient));
  const dividend = one.coefficient * power(extra);
  const quotient = dividend / other.coefficient;
  // A digit that says whether anything was cut away, so that a half is told from a little more than a half.
  const sticky = dividend % other.coefficient === 0n ? 0n : (one.coefficient < 0n) === (other.coefficient < 0n) ? 1n : -1n;
  return bounded(new Decimal(quotient * 10n + sticky, one.exponent - other.exponent - extra - 1));
}

/** With the sign of the dividend; null for a division by zero, or a quotient longer than our precision. */
export function remainder(one: Decimal, other: Decimal): Decimal | null {
  if (other.isZero) return null;
  const [left, right, exponent] = aligned(one, other);
  if (digitsOf(left / right) > PRECISION) return null;
  return new Decimal(left % right, exponent);
}

/** Halves away from zero, at so many places after the point (negative: before it). */
export function roundedTo(number: Decimal, places: number): Decimal {
  const excess = -places - number.exponent;
  return excess <= 0 ? number : new Decimal(rounded(number.coefficient, excess, false), -places);
}
