/** The codes that requests are refused with (RFC 8489 §14.8, RFC 8656 §19). */

/** 401 and 438 go to clients without credentials, and have no reason phrase, so that they are as short as possible. */
const REASONS = {
  400: 'Bad Request',
  401: '',
  403: 'Forbidden',
  420: 'Unknown Attribute',
  437: 'Allocation Mismatch',
  438: '',
  440: 'Address Family not Supported',
  441: 'Wrong Credentials',
  442: 'Unsupported Transport Protocol',
  443: 'Peer Address Family Mismatch',
  486: 'Allocation Quota Reached',
  508: 'Insufficient Capacity',
} as const;

export type ErrorCode = keyof typeof REASONS;

export const ERROR_CODES = Object.keys(REASONS).map(Number) as readonly ErrorCode[];

export function reasonOf(code: ErrorCode): string {
  return REASONS[code];
}
