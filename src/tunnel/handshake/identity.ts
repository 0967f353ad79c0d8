/** By what the two sides know each other: a code, or nothing, and then by comparing what the handshake has given. */
import { createHash } from 'node:crypto';
import { TUNNEL_VERSION } from './message.ts';
import type { KeyPair, NoiseLibrary, NoiseSide } from './noise.ts';

/** The part of a side in the handshake: the controlling side of the introduction begins it. */
export type Role = 'initiator' | 'responder';

export type Identity =
  /** Both sides know the code that these come from: 32 bytes each. */
  | { readonly kind: 'code'; readonly psk: Uint8Array; readonly staticSeed: (role: Role) => Uint8Array }
  /** Whoever is at the other end; people compare the fingerprint. */
  | { readonly kind: 'anyone' };

const LABEL = 'natcheck tunnel';

/**
 * @param binding What both sides know of this path and of no other, so that a message of another path is refused here.
 */
export function noiseSide(
  library: NoiseLibrary,
  { identity, role, binding }: { readonly identity: Identity; readonly role: Role; readonly binding: Uint8Array },
): NoiseSide {
  const isCode = identity.kind === 'code';
  return {
    library,
    isInitiator: role === 'initiator',
    staticKeys: isCode ? keysOf(library, identity.staticSeed(role)) : library.curve.generateKeyPair(),
    psk: isCode ? identity.psk : null,
    prologue: Buffer.concat([Buffer.from(LABEL), Uint8Array.of(TUNNEL_VERSION), digest(binding)]),
  };
}

/** Returns the static key that the peer has to have; null where anyone may be the peer. */
export function expectedPeerKey(library: NoiseLibrary, identity: Identity, role: Role): Uint8Array | null {
  if (identity.kind === 'anyone') return null;
  return keysOf(library, identity.staticSeed(role === 'initiator' ? 'responder' : 'initiator')).publicKey;
}

function keysOf({ curve }: NoiseLibrary, seed: Uint8Array): KeyPair {
  return curve.generateKeyPair(Buffer.from(seed));
}

/** Returns bytes of one length, whatever the binding's is, so that nothing can be moved between it and what stands before. */
function digest(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
