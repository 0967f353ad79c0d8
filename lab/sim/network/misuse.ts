/** Misuse of the lab is a RangeError that says what was given, and what may be. */
import { isIPv4, isIPv6 } from 'node:net';
import { canonicalAddress } from '../../../src/endpoint.ts';

export interface NumberRange {
  readonly min: number;
  /** Default: any finite number. */
  readonly max?: number;
  readonly isInteger?: boolean;
}

/** @throws RangeError such as `loss is 1.5; it must be a number from 0 to 1`. */
export function requireNumber(what: string, value: number, { min, max, isInteger = false }: NumberRange): void {
  const isInRange = value >= min && value <= (max ?? Number.MAX_VALUE);
  if (isInRange && (!isInteger || Number.isInteger(value))) return;
  const range = max === undefined || max === Number.POSITIVE_INFINITY ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new RangeError(`${what} is ${value}; it must be ${isInteger ? 'an integer' : 'a number'} ${range}`);
}

/** @throws RangeError such as `ports is "odd"; it must be one of "preserved", "random"`. */
export function requireOneOf<T extends string>(what: string, value: T, allowed: readonly T[]): void {
  if (allowed.includes(value)) return;
  const list = allowed.map((one) => JSON.stringify(one)).join(', ');
  throw new RangeError(`${what} is ${JSON.stringify(value)}; it must be one of ${list}`);
}

/** @throws RangeError when it is no IP address, or IPv6 text that RFC 5952 writes in another way. */
export function requireAddress(what: string, value: string): void {
  if (isIPv4(value) || (isIPv6(value) && canonicalAddress(value) === value)) return;
  throw new RangeError(
    `${what} is ${JSON.stringify(value)}; it must be an IPv4 address, or an IPv6 address as RFC 5952 writes it`,
  );
}
