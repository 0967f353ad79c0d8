/** Messages over a native stream, encrypted and authenticated, in order: what control and every stream of a session are made of. */
import type { UdxStream } from '../../../net/udx/native.ts';
import { boundMessages } from './bounded-raw.ts';
import type { SecretStream, SecretStreamKeys, SecretStreamLibrary } from './secret-stream.ts';

/** What a secret stream adds to a message: its tag. */
const TAG_BYTES = 17;

export interface SecureStreamHandlers {
  readonly onMessage: (message: Uint8Array) => void;
  /** After `write` has returned false: it takes more. */
  readonly onDrain: () => void;
  /** Called once, when nothing comes or goes any more, for whatever reason. */
  readonly onClosed: (error: Error | null) => void;
}

export interface SecureStreamOptions extends SecureStreamHandlers {
  readonly SecretStream: SecretStreamLibrary;
  /** Connected already. */
  readonly raw: UdxStream;
  readonly isInitiator: boolean;
  readonly keys: SecretStreamKeys;
  /** The longest message that the peer may send. */
  readonly maxBytes: number;
}

export interface SecureStream {
  /** Sends one message, which is put together from its parts. Returns false when `onDrain` should be waited for. */
  readonly write: (parts: readonly Uint8Array[]) => boolean;
  /** Resolves once everything sent has been acknowledged, or it is closed. Never rejects. */
  readonly flushed: () => Promise<void>;
  readonly destroy: (error?: Error) => void;
}

export function openSecureStream(options: SecureStreamOptions): SecureStream {
  const { SecretStream, raw, isInitiator, keys, maxBytes, onClosed } = options;
  const handshake = { ...keys, publicKey: null, remotePublicKey: null };
  const secret = new SecretStream(isInitiator, raw, { handshake, enableSend: false });
  boundMessages(raw, { maxBytes: maxBytes + TAG_BYTES, onTooLong: (error) => secret.destroy(error) });
  const closed = Promise.withResolvers<void>();
  let failure: Error | null = null;
  secret.on('error', (error: Error) => {
    failure = error;
  });
  secret.on('data', options.onMessage);
  secret.on('drain', options.onDrain);
  // The end of the native stream is not authenticated, so it says nothing: whoever needs an end sends one.
  secret.on('end', () => secret.destroy());
  secret.once('close', () => {
    closed.resolve();
    onClosed(failure);
  });
  return {
    write: (parts) => !secret.destroyed && secret.write(join(secret, parts)),
    flushed: async () => {
      await Promise.race([secret.flush(), closed.promise]);
    },
    destroy: (error) => secret.destroy(error),
  };
}

/** Copies the parts to where they are encrypted in place. */
function join(secret: SecretStream, parts: readonly Uint8Array[]): Uint8Array {
  const message = secret.alloc(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}
