/**
 * The handshake of one side over one path, of the form input → outputs. Lost messages are sent again, repeated ones do nothing
 * new, and forged ones nothing at all.
 */
import type { Handshake, HandshakeOptions } from './contract.ts';
import { createInitiator } from './initiator.ts';
import { createResponder } from './responder.ts';

export function createHandshake(options: HandshakeOptions): Handshake {
  return options.role === 'initiator' ? createInitiator(options) : createResponder(options);
}
