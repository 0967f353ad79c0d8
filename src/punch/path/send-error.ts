/** Why a path does not take a datagram. */

export type PathSendErrorCode =
  /** The path is over; `closed` tells why. */
  | 'path-over'
  /** The path is not open yet. */
  | 'not-connected'
  /** The datagram is longer than `maxDatagram()`. */
  | 'too-large';

/** Thrown by `send` for a datagram that it does not take. What the system refuses afterwards is counted in `stats()`. */
export class PathSendError extends Error {
  override readonly name = 'PathSendError';
  readonly code: PathSendErrorCode;

  constructor(code: PathSendErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
