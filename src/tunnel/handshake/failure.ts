/** Why a handshake has come to nothing, in sentences. */
import type { HandshakeFailure } from './contract.ts';
import type { Identity } from './identity.ts';
import { TUNNEL_VERSION } from './message.ts';

/**
 * How long the peer's word that it speaks another version, or runs another command, is given to be proved wrong: anybody on the way can say so, and a right
 * message overrules it.
 */
export const OTHER_SIDE_GRACE_MS = 1_000;

/** What has been heard that was no part of the handshake. */
export interface Heard {
  /** The other version that somebody speaks; null when nobody has said so. */
  readonly version: number | null;
  /** Whether the peer only measures the path. */
  readonly isMeasured: boolean;
  /** Messages that could not be read: made with another code, or damaged, or forged. */
  readonly unreadable: number;
  /** Whether somebody has shown a key that is not the peer's. */
  readonly isOther: boolean;
}

export function failureAfter(
  { version, isMeasured, unreadable, isOther }: Heard,
  { kind }: Identity,
): HandshakeFailure {
  if (version !== null) {
    const age = version > TUNNEL_VERSION ? 'a newer' : 'an older';
    const versions = `it speaks version ${version} of the tunnel's protocol, and this side version ${TUNNEL_VERSION}`;
    return { reason: 'other-version', detail: `the peer has ${age} natcheck: ${versions}` };
  }
  if (isOther) {
    return { reason: 'not-the-peer', detail: 'somebody else answers at the other end, who has the same code' };
  }
  if (unreadable > 0) return { reason: 'unreadable', detail: UNREADABLE[kind] };
  if (isMeasured) {
    const detail =
      'the other side runs natcheck punch, which opens no tunnel: both sides need natcheck pipe, or expose and forward';
    return { reason: 'other-command', detail };
  }
  return {
    reason: 'timeout',
    detail: 'the peer did not finish the handshake in time: does it run natcheck punch, which opens no tunnel?',
  };
}

const UNREADABLE: Readonly<Record<Identity['kind'], string>> = {
  code: 'somebody answers at the other end who does not have the same code',
  anyone: 'what comes from the other end cannot be read: it is damaged on the way, or one side has a code',
};

/** The peer has closed the path before the end of the handshake, which a side that opens a tunnel does only when it has another. */
export function failureWhenLeft({ kind }: Identity): HandshakeFailure {
  const detail =
    kind === 'code'
      ? 'the other side has left before it was connected: is it connected to somebody else with this code?'
      : 'the peer has closed the path before the handshake: does it run natcheck punch, which opens no tunnel?';
  return { reason: 'left', detail };
}
