/** What is sent by which socket, what is not, and how it is counted; with sockets that only remember. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createStunCounts, type StunCounts } from '../../../server/stun/counts.ts';
import { endpointsOf } from '../../../server/stun/decisions/layout.ts';
import type { EndpointPair } from '../../../server/stun/decisions/responder.ts';
import { serveStun } from '../../../server/stun/service.ts';
import { type Endpoint, formatEndpoint, sameEndpoint } from '../../../src/endpoint.ts';
import type { UdpSocket } from '../../../src/net/udp-socket.ts';
import type { Attribute } from '../../../src/stun/attribute.ts';
import { encode } from '../../../src/stun/encode.ts';
import { METHOD } from '../../../src/stun/header.ts';
import {
  A,
  ALT_PORT,
  B,
  CLIENT,
  changeRequest,
  classicRequest,
  PORT,
  request,
  TRANSACTION_ID,
  TWO,
} from './requests.ts';

class FakeSocket implements UdpSocket {
  readonly sent: { bytes: Uint8Array; to: Endpoint }[] = [];
  accepts = true;
  #handle: (bytes: Uint8Array, remote: Endpoint) => void = () => {};
  readonly local: Endpoint;

  constructor(local: Endpoint) {
    this.local = local;
  }
  onDatagram(handle: (bytes: Uint8Array, remote: Endpoint) => void): void {
    this.#handle = handle;
  }
  receive(bytes: Uint8Array, remote: Endpoint = CLIENT): void {
    this.#handle(bytes, remote);
  }
  send(bytes: Uint8Array, to: Endpoint, onFailure: (code: string) => void): void {
    if (to.port === FAILING_PORT || !this.accepts) onFailure('ENOBUFS');
    else this.sent.push({ bytes, to });
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}

const FAILING_PORT = 1;
let counts: StunCounts;
let sockets: FakeSocket[];
let limited: string[];
let plain: string[];

/** The fake at that endpoint. */
function at(address: string, port: number): FakeSocket {
  const found = sockets.find(({ local }) => sameEndpoint(local, { address, port }));
  if (!found) throw new Error(`no socket at ${formatEndpoint({ address, port })}`);
  return found;
}

beforeEach(() => {
  counts = createStunCounts();
  sockets = endpointsOf(TWO).map((endpoint) => new FakeSocket(endpoint));
  limited = [];
  plain = [];
  const limit =
    (asked: string[], most: number) =>
    (_now: number, source: string): boolean =>
      asked.push(source) <= most;
  const limits = { redirected: limit(limited, 2), plain: limit(plain, 3) };
  serveStun({ layout: TWO, sockets, limits, counts, now: () => 0 });
});

describe('the STUN service', () => {
  it('answers by the socket that was asked, and takes no token of the redirected ones for it', () => {
    at(B, PORT).receive(request());
    expect(at(B, PORT).sent).toEqual([{ bytes: expect.any(Uint8Array), to: CLIENT }]);
    expect(sockets.flatMap(({ sent }) => sent)).toHaveLength(1);
    expect([limited, plain]).toEqual([[], [CLIENT.address]]);
    expect(counts.received.udp4.request).toEqual({ modern: 1, classic: 0 });
    expect(counts.replied.udp4.success).toEqual({ direct: 1, redirected: 0 });
  });

  it('answers by the other socket when that is asked for', () => {
    at(A, PORT).receive(classicRequest([changeRequest({ ip: true, port: true })]));
    expect(at(B, ALT_PORT).sent).toHaveLength(1);
    expect(counts.received.udp4.request).toEqual({ modern: 0, classic: 1 });
    expect(counts.replied.udp4.success).toEqual({ direct: 0, redirected: 1 });
  });

  it('keeps redirected replies within the limit of their source, and others out of it', () => {
    for (let n = 0; n < 5; n++) at(A, PORT).receive(request([changeRequest({ ip: false, port: true })]));
    at(A, PORT).receive(request());
    expect(at(A, ALT_PORT).sent).toHaveLength(2);
    expect(at(A, PORT).sent).toHaveLength(1);
    expect(limited).toEqual(Array(5).fill(CLIENT.address));
    expect(counts.unanswered['rate-limited']).toBe(3);
  });

  it('keeps plain replies, errors among them, within the limit of their network', () => {
    for (let n = 0; n < 2; n++) at(A, PORT).receive(request());
    for (let n = 0; n < 3; n++) at(A, PORT).receive(request([{ type: 'PRIORITY', value: 1 }]));
    expect(at(A, PORT).sent).toHaveLength(3);
    expect(plain).toEqual(Array(5).fill(CLIENT.address));
    expect(counts.unanswered['rate-limited']).toBe(2);
    expect(counts.replied.udp4).toMatchObject({ success: { direct: 2 }, error: { direct: 1 } });
  });

  it('takes no token for what has nothing to answer', () => {
    at(A, PORT).receive(request([], { kind: 'indication' }));
    expect(plain).toEqual([]);
  });

  it('takes no token for a ticket with its nonce, whose source is no forged one', () => {
    const key = new Uint8Array(32).fill(5);
    const desk = { keyOf: () => key, nonceFor: () => 'n', isFresh: (_now: number, nonce: string) => nonce === 'n' };
    const withTicket = (attributes: readonly Attribute[]): Uint8Array =>
      encode(
        { class: 'request', method: METHOD.binding, transactionId: TRANSACTION_ID, attributes },
        { integrity: { algorithm: 'sha256', key } },
      );
    const bound: string[] = [];
    const tickets = { desk, onBound: ({ ticket }: { ticket: string }) => void bound.push(ticket) };
    const limits = { redirected: () => false, plain: () => false };
    serveStun({ layout: TWO, sockets, limits, counts, now: () => 0, tickets });
    const name = { type: 'USERNAME', value: 'ticket' } as const;
    at(A, PORT).receive(withTicket([name]));
    expect([at(A, PORT).sent.length, bound]).toEqual([0, []]);
    at(A, PORT).receive(withTicket([name, { type: 'NONCE', value: 'n' }]));
    expect([at(A, PORT).sent.length, bound]).toEqual([1, ['ticket']]);
  });

  it('counts errors apart', () => {
    at(A, PORT).receive(request([{ type: 'PRIORITY', value: 1 }]));
    expect(counts.replied.udp4.error).toEqual({ direct: 1, redirected: 0 });
  });

  it('counts what it drops by reason, and by what the header claims', () => {
    at(A, PORT).receive(request([], { kind: 'indication' }));
    at(A, PORT).receive(new Uint8Array(3));
    expect(counts.unanswered).toMatchObject({ 'not-a-request': 1, malformed: 1 });
    expect(counts.received.udp4.indication.modern).toBe(1);
    expect(counts.received.udp4.other.modern).toBe(1);
    expect(sockets.flatMap(({ sent }) => sent)).toEqual([]);
  });

  it('counts a reply that the socket does not take, or cannot send', () => {
    at(A, PORT).receive(request(), { ...CLIENT, port: FAILING_PORT });
    expect(counts.unanswered['send-failed']).toBe(1);
    at(A, PORT).accepts = false;
    at(A, PORT).receive(request());
    expect(counts.unanswered['send-failed']).toBe(2);
  });

  it('leaves to the relay what that takes, uncounted, and answers the rest', () => {
    const taken: EndpointPair[] = [];
    const takerFor =
      ({ local }: UdpSocket) =>
      (datagram: Uint8Array, remote: Endpoint): boolean => {
        if (datagram[1] !== METHOD.allocate) return false;
        taken.push({ local, remote });
        return true;
      };
    serveStun({
      layout: TWO,
      sockets,
      limits: { redirected: () => true, plain: () => true },
      counts,
      now: () => 0,
      takerFor,
    });
    at(A, PORT).receive(request([], { method: METHOD.allocate }));
    at(A, PORT).receive(request());
    expect(taken).toEqual([{ local: { address: A, port: PORT }, remote: CLIENT }]);
    expect(at(A, PORT).sent).toHaveLength(1);
    expect(counts.received.udp4.request.modern).toBe(1);
  });

  it('knows no TURN without a relay', () => {
    at(A, PORT).receive(request([], { method: METHOD.allocate }));
    expect(counts.unanswered['unknown-method']).toBe(1);
  });
});
