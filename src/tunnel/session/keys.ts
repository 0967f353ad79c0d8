/**
 * The keys of a session, by HKDF-SHA256 from what its handshake gave: one for each direction of each stream, and one for each
 * direction's datagrams. No key is used for two things.
 */
import { hkdfSync } from 'node:crypto';
import type { Agreement } from '../handshake/agreement.ts';
import type { SecretStreamKeys } from './native/secret-stream.ts';

const KEY_BYTES = 32;
const ID_BYTES = 16;
const NO_SALT = new Uint8Array();

export interface SessionKeys {
  readonly id: Uint8Array;
  /** Returns those of the native stream with this epoch (0 for the first one) of the stream with this number; control has the number 0. */
  readonly stream: (number: number, epoch: number) => SecretStreamKeys;
  readonly datagrams: { readonly tx: Uint8Array; readonly rx: Uint8Array };
}

export function sessionKeys({ tx, rx, hash }: Pick<Agreement, 'tx' | 'rx' | 'hash'>): SessionKeys {
  return {
    id: derive(hash, 'natcheck tunnel session', ID_BYTES),
    stream: (number, epoch) => {
      const info = `natcheck tunnel stream ${number} ${epoch}`;
      return { tx: derive(tx, info), rx: derive(rx, info), hash: derive(hash, info) };
    },
    datagrams: { tx: derive(tx, 'natcheck tunnel datagrams'), rx: derive(rx, 'natcheck tunnel datagrams') },
  };
}

function derive(key: Uint8Array, info: string, bytes = KEY_BYTES): Uint8Array {
  return Buffer.from(hkdfSync('sha256', key, NO_SALT, info, bytes));
}
