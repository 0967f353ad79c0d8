/**
 * Everything that two sides derive from the secret of their code. Each key comes from HKDF-SHA256 (RFC 5869) with a label of
 * its own, so that no key, nor the room's name, reveals anything about another key.
 */
import { hkdfSync } from 'node:crypto';
import type { RoomSeal } from '../../punch/attempt/seal.ts';
import type { Role } from '../handshake/identity.ts';
import { createSeal } from './seal.ts';

/** Another version of codes gets another salt, and so other keys from the same secret. */
const SALT = 'natcheck code 1';
/** As long as a hash of SHA-256, and what the handshake and the seals take. */
export const KEY_BYTES = 32;
/** 24 characters of base64url; no two codes meet in one room by chance. */
const NAME_BYTES = 18;

export interface CodeKeys {
  /** The room in which the two sides meet, as the rendezvous sees it: 24 characters of base64url, which an id may have. */
  readonly room: string;
  /** Returns an opaque id for the room, the same on both sides; whoever has no code cannot tell which label it is of. */
  readonly id: (label: string) => string;
  /** The pre-shared key of the handshake: 32 bytes. */
  readonly psk: Uint8Array;
  /** Returns the seed of the static key pair with which that side of the handshake proves that it has the code: 32 bytes. */
  readonly staticSeed: (role: Role) => Uint8Array;
  readonly seal: RoomSeal;
  /** The topic at brokers: 24 characters of base64url. */
  readonly brokerTopic: string;
  /** The key of the messages that pass through brokers: 32 bytes. */
  readonly brokerKey: Uint8Array;
}

/** Derives the keys. @param secret the characters of the code that are its secret (`Code.secret`), in lower case. */
export function keysOf(secret: string): CodeKeys {
  const derive = (label: string, bytes = KEY_BYTES): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, SALT, label, bytes));
  const name = (label: string): string => Buffer.from(derive(label, NAME_BYTES)).toString('base64url');
  return {
    room: name('room'),
    id: (label) => name(`id ${label}`),
    psk: derive('handshake psk'),
    staticSeed: (role) => derive(`handshake static ${role}`),
    seal: createSeal({ sealKey: derive('signal seal'), checkKey: derive('check key') }),
    brokerTopic: name('broker topic'),
    brokerKey: derive('broker seal'),
  };
}
