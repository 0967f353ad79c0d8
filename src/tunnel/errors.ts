/** How a stream of a tunnel fails. */

/** The peer does not want the stream: `message` is its reason, made visible. */
export class StreamRefusedError extends Error {
  override readonly name = 'StreamRefusedError';
}

/** The stream has ended before everything had arrived. */
export class TunnelStreamError extends Error {
  override readonly name = 'TunnelStreamError';
  /** `reset`: by the peer; `lost`: with its tunnel, or the path under it. */
  readonly code: 'reset' | 'lost';

  constructor(code: 'reset' | 'lost', message: string) {
    super(message);
    this.code = code;
  }
}
