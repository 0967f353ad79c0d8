/** Two tunnels in memory that are joined: streams with flow control, datagrams, refusals and resets, as the contract has them. */
import { Duplex } from 'node:stream';
import { StreamRefusedError, TunnelStreamError } from '../../src/tunnel/errors.ts';
import type { StreamOffer, Tunnel, TunnelEnd, TunnelStream } from '../../src/tunnel/tunnel.ts';

/** How much each end of a stream keeps before its writer has to wait, in bytes. */
export const WINDOW_BYTES = 64 * 1024;

export interface TunnelPair {
  readonly a: Tunnel;
  readonly b: Tunnel;
  /** Ends both, as when the path is lost. */
  readonly cut: () => void;
  /** How many streams have been opened, those that were refused included. */
  readonly opened: () => number;
  /** The most bytes that have ever waited within one stream. */
  readonly bufferedMax: () => number;
}

interface End extends TunnelStream {
  /** Whether it takes more; calls `done` once it does. */
  readonly takeBytes: (bytes: Buffer, done: () => void) => void;
  readonly takeDatagram: (bytes: Uint8Array) => void;
  readonly lose: (error: TunnelStreamError) => void;
}

interface Shared {
  readonly streams: Set<End>;
  readonly ended: PromiseWithResolvers<void>;
  readonly maxDatagram: number;
  isOver: boolean;
  opened: number;
  bufferedMax: number;
}

interface Side {
  readonly tunnel: Tunnel;
  readonly offer: (offer: StreamOffer) => void;
  readonly end: (why: TunnelEnd) => void;
}

export function createTunnelPair({ maxDatagram = 1_200 }: { readonly maxDatagram?: number } = {}): TunnelPair {
  const shared: Shared = {
    ...{ streams: new Set<End>(), ended: Promise.withResolvers<void>(), maxDatagram },
    ...{ isOver: false, opened: 0, bufferedMax: 0 },
  };
  const end = (why: readonly [a: TunnelEnd, b: TunnelEnd]): void => {
    if (shared.isOver) return;
    shared.isOver = true;
    a.end(why[0]);
    b.end(why[1]);
    for (const one of shared.streams) one.lose(new TunnelStreamError('lost', 'the tunnel has ended'));
    shared.ended.resolve();
  };
  const a: Side = createSide(shared, {
    other: () => b,
    end: () => end([{ reason: 'own-end' }, { reason: 'peer-left' }]),
  });
  const b: Side = createSide(shared, {
    other: () => a,
    end: () => end([{ reason: 'peer-left' }, { reason: 'own-end' }]),
  });
  const lost: TunnelEnd = { reason: 'path-lost', detail: 'it was cut' };
  return {
    ...{ a: a.tunnel, b: b.tunnel, cut: () => end([lost, lost]) },
    ...{ opened: () => shared.opened, bufferedMax: () => shared.bufferedMax },
  };
}

function createSide(shared: Shared, { other, end }: { readonly other: () => Side; readonly end: () => void }): Side {
  const closed = Promise.withResolvers<TunnelEnd>();
  let receive = (offer: StreamOffer): void => offer.refuse('nobody is there');
  const open = async (request: string, signal?: AbortSignal): Promise<TunnelStream> => {
    signal?.throwIfAborted();
    if (shared.isOver) throw new TunnelStreamError('lost', 'the tunnel has ended');
    shared.opened += 1;
    const number = shared.opened;
    const answer = Promise.withResolvers<TunnelStream>();
    const gone = new AbortController();
    const abort = (): void => {
      gone.abort();
      answer.reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    void shared.ended.promise.then(() => {
      gone.abort();
      answer.reject(new TunnelStreamError('lost', 'the tunnel has ended'));
    });
    const accept = (): TunnelStream => {
      const [mine, theirs] = createStream(shared, number);
      answer.resolve(mine);
      return theirs;
    };
    const refuse = (reason: string): void => answer.reject(new StreamRefusedError(reason));
    setImmediate(() => other().offer({ request, accept, refuse, signal: gone.signal }));
    return answer.promise.finally(() => signal?.removeEventListener('abort', abort));
  };
  const tunnel: Tunnel = {
    open,
    onOffer: (next) => {
      receive = next;
    },
    maxDatagram: () => shared.maxDatagram,
    stats: () => ({ path: 'direct', rttMs: 0, bytesSent: 0, bytesReceived: 0, streams: shared.streams.size }),
    closed: closed.promise,
    [Symbol.asyncDispose]: async () => end(),
  };
  return { tunnel, offer: (offer) => receive(offer), end: closed.resolve };
}

function createStream(shared: Shared, number: number): readonly [TunnelStream, TunnelStream] {
  const a: End = createEnd(shared, number, () => b);
  const b: End = createEnd(shared, number, () => a);
  for (const one of [a, b]) {
    shared.streams.add(one);
    one.once('close', () => shared.streams.delete(one));
  }
  return [a, b];
}

function createEnd(shared: Shared, number: number, other: () => End): End {
  let more = (): void => {};
  let receive = (_bytes: Uint8Array): void => {};
  const duplex = new Duplex({
    readableHighWaterMark: WINDOW_BYTES,
    writableHighWaterMark: WINDOW_BYTES,
    write: (bytes: Buffer, _encoding, done) => {
      const { takeBytes, readableLength } = other();
      shared.bufferedMax = Math.max(shared.bufferedMax, readableLength + duplex.writableLength);
      takeBytes(bytes, () => done());
    },
    final: (done) => {
      other().push(null);
      done();
    },
    read: () => {
      const call = more;
      more = () => {};
      call();
    },
    destroy: (error, done) => {
      const isWhole = duplex.readableEnded && duplex.writableFinished;
      if (!isWhole) setImmediate(() => other().lose(new TunnelStreamError('reset', 'the peer has reset it')));
      done(error);
    },
  });
  return Object.assign(duplex, {
    number,
    sendDatagram: (bytes: Uint8Array) => {
      if (bytes.length > shared.maxDatagram || duplex.destroyed) return false;
      const copy = Uint8Array.from(bytes);
      setImmediate(() => other().takeDatagram(copy));
      return true;
    },
    onDatagram: (next: (bytes: Uint8Array) => void) => {
      receive = next;
    },
    takeBytes: (bytes: Buffer, done: () => void) => {
      if (duplex.destroyed || duplex.push(bytes)) setImmediate(done);
      else more = done;
    },
    takeDatagram: (bytes: Uint8Array) => receive(bytes),
    lose: (error: TunnelStreamError) => {
      if (!duplex.destroyed) duplex.destroy(error);
    },
  });
}
