/** The reasons why a server cannot start as it was asked to: something for its operator to change, not a bug. */

export type StartErrorCode =
  /** It is not an IP address, or not one that a single host has. */
  | 'bad-address'
  | 'duplicate-address'
  /** More than two of one family (RFC 5780 §6 has two). */
  | 'too-many-addresses'
  /** No address was named, and the host has no way to the Internet that would show one. */
  | 'no-address'
  | 'bad-port'
  | 'same-ports'
  | 'bad-software'
  | 'bad-token'
  /** It is none that a browser would name (RFC 6454). */
  | 'bad-origin'
  /** A STUN server of others is none, or there are too many. */
  | 'bad-stun'
  | 'bad-limit'
  /** The certificate and the key are not PEM, or not a pair. */
  | 'bad-tls'
  /** There cannot be so many workers, or they cannot do what else is asked for. */
  | 'bad-workers'
  /** Redis cannot be used. */
  | 'no-redis'
  /** The options of the partner contradict each other, or a partner would be of no use. */
  | 'bad-partner'
  /** The options of the relay contradict each other, or cannot be met. */
  | 'bad-relay'
  /** The address is not one of this host's. */
  | 'not-here'
  | 'port-in-use'
  | 'not-permitted'
  | 'cannot-listen';

/** An error whose message is one complete line that names the option or the endpoint at fault. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: StartErrorCode;

  constructor(code: StartErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** @throws StartError when the option's value is no port. */
export function checkPort(option: string, port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 0xffff) return;
  throw new StartError('bad-port', `${option} is ${port}: a port is from 1 to 65535, or 0 for any free one`);
}
