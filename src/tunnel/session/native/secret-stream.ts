/** The part of `@hyperswarm/secret-stream` that is used, which has no types of its own. */
import type { EventEmitter } from 'node:events';
import type { UdxStream } from '../../../net/udx/native.ts';

export interface SecretStreamKeys {
  /** 32 bytes each. */
  readonly tx: Uint8Array;
  readonly rx: Uint8Array;
  /** Tells both directions apart at their beginning: any bytes, the same on both sides. */
  readonly hash: Uint8Array;
}

export type SecretStreamLibrary = new (
  isInitiator: boolean,
  raw: UdxStream,
  options: {
    readonly handshake: SecretStreamKeys & { readonly publicKey: null; readonly remotePublicKey: null };
    readonly enableSend: false;
  },
) => SecretStream;

/** Each `write` of one side is one `data` of the other. */
export interface SecretStream extends EventEmitter {
  /** Returns room for a message, which is encrypted in place if it is written next. */
  readonly alloc: (bytes: number) => Buffer;
  readonly write: (message: Uint8Array) => boolean;
  readonly destroy: (error?: Error) => void;
  readonly destroyed: boolean;
  readonly resume: () => void;
  /** Resolves once everything has been acknowledged; not at all when the stream is closed before. */
  readonly flush: () => Promise<boolean>;
}
