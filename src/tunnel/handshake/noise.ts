/**
 * The Noise handshake as `noise-handshake` does it, so that a forged message cannot spoil it: reading a message changes the
 * library's state even when the message is wrong. So each message is tried on a state that is made anew from what was sent and
 * read before, with the same ephemeral key, and the state is kept only if the message was right.
 *
 * The library makes the ephemeral keys itself, from the system's randomness: the one thing here that is not handed in.
 */

export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** The part of the libraries that is used; they have no types of their own. */
export interface NoiseLibrary {
  readonly Noise: new (
    pattern: 'XX' | 'XXpsk0',
    isInitiator: boolean,
    staticKeys: KeyPair,
    options: { readonly curve: Curve; readonly psk?: Uint8Array },
  ) => NoiseState;
  readonly curve: Curve;
}

interface Curve {
  /** With a seed of 32 bytes always the same keys. */
  readonly generateKeyPair: (seed?: Uint8Array) => KeyPair;
}

interface NoiseState {
  /** The ephemeral keys: made with the first message that is sent, unless there are some. Overwritten at the end. */
  e: KeyPair | null;
  /** The peer's static key, once it has been read. */
  readonly rs: Uint8Array;
  readonly complete: boolean;
  readonly tx: Uint8Array;
  readonly rx: Uint8Array;
  readonly hash: Uint8Array;
  readonly initialise: (prologue: Uint8Array) => void;
  /** @throws Error when the message is wrong. */
  readonly recv: (message: Uint8Array) => Uint8Array;
  readonly send: (payload: Uint8Array) => Uint8Array;
}

/** What does not change during a handshake. */
export interface NoiseSide {
  readonly library: NoiseLibrary;
  readonly isInitiator: boolean;
  readonly staticKeys: KeyPair;
  /** The key that both sides know; null leaves it to people to compare fingerprints. */
  readonly psk: Uint8Array | null;
  readonly prologue: Uint8Array;
}

/** One message of the handshake so far, by its payload when it was sent, by its bytes when it was received. */
export type Turn =
  | { readonly kind: 'send'; readonly payload: Uint8Array }
  | { readonly kind: 'receive'; readonly message: Uint8Array };

export interface Played {
  readonly state: NoiseState;
  /** What each turn gave: the message that was sent, or the payload that was received. */
  readonly results: readonly Uint8Array[];
  /** A copy of the ephemeral keys, for the next time. */
  readonly ephemeral: KeyPair | null;
}

/**
 * Plays the turns from the beginning, with the ephemeral keys that are given. Returns null when a received message is wrong; where
 * no code protects it, this may show only when the next one is made: its key is not a valid one.
 */
export function play(side: NoiseSide, turns: readonly Turn[], ephemeral: KeyPair | null): Played | null {
  const state = createState(side, ephemeral);
  let keys = ephemeral;
  const results: Uint8Array[] = [];
  try {
    for (const turn of turns) {
      results.push(turn.kind === 'send' ? state.send(turn.payload) : state.recv(Buffer.from(turn.message)));
      // The library overwrites the keys once it needs them no more.
      keys ??= state.e && copyOf(state.e);
    }
  } catch {
    return null;
  }
  return { state, results, ephemeral: keys };
}

function createState(
  { library, isInitiator, staticKeys, psk, prologue }: NoiseSide,
  ephemeral: KeyPair | null,
): NoiseState {
  const { Noise, curve } = library;
  const state = new Noise(psk ? 'XXpsk0' : 'XX', isInitiator, staticKeys, { curve, ...(psk && { psk }) });
  if (ephemeral) state.e = copyOf(ephemeral);
  state.initialise(prologue);
  return state;
}

function copyOf({ publicKey, secretKey }: KeyPair): KeyPair {
  return { publicKey: Buffer.from(publicKey), secretKey: Buffer.from(secretKey) };
}
