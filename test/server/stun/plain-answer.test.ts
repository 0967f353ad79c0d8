/** What is answered quickly leaves the same traces as what goes through the whole service. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { answer, type Service } from '../../../server/stun/answer.ts';
import { createStunCounts } from '../../../server/stun/counts.ts';
import type { Layout } from '../../../server/stun/decisions/layout.ts';
import { createPlainAnswer } from '../../../server/stun/plain-answer.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import type { UdpSocket } from '../../../src/net/udp-socket.ts';
import { hex } from '../../../src/stun/hex.ts';
import { A, B, CLIENT, changeRequest, ONE, PORT, request, TWO } from './requests.ts';

const LOCAL = { address: A, port: PORT };
/** The fake cannot send there. */
const FAILING_PORT = 1;

/** A server with one address, and a partner that comes and goes. */
const [UP, DOWN] = [true, false].map((isUp): Layout => ({ ...ONE, partner: { address: B, isUp } }));
const LAYOUTS = [UP, DOWN, TWO] as const;

/** A service with one socket, and all that it does; its clock is moved by hand. */
function watched() {
  const seen: unknown[] = [];
  const socket: UdpSocket = {
    local: LOCAL,
    send: (bytes, to, onFailure) => {
      seen.push({ sent: hex(bytes), to });
      if (to.port === FAILING_PORT) onFailure('ENOBUFS');
    },
    onDatagram: () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  const clock = { ms: 0 };
  const limit =
    (name: string) =>
    (now: number, source: string): boolean => {
      seen.push({ limit: name, now, source });
      return !source.endsWith('9');
    };
  const counts = createStunCounts();
  const limits = { plain: limit('plain'), redirected: limit('redirected') };
  const layoutAt = (now: number): Layout => LAYOUTS[now % LAYOUTS.length] ?? TWO;
  const base = { layout: TWO, sockets: [socket], limits, counts, transport: 'udp4' } as const;
  const service: Service = { ...base, layoutAt, now: () => clock.ms };
  return { service, socket, clock, traces: () => ({ seen, counts }) };
}

const datagram = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ minLength: 12, maxLength: 12 }).map((id) => request([], { id })) },
  fc.constantFrom(request([], { fingerprint: true }), request([changeRequest({ ip: false, port: true })])),
  fc.uint8Array({ maxLength: 40 }),
);
const remote = fc.oneof(
  fc.record({ address: fc.ipV4(), port: fc.nat(65_535) }),
  fc.constantFrom<Endpoint>(CLIENT, { ...CLIENT, port: FAILING_PORT }, { ...CLIENT, port: 0 }, LOCAL),
);

it('the same is sent, limited and counted as if every datagram went through the whole service', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ datagram, remote }), { maxLength: 20 }), (arrivals) => {
      const [quick, whole] = [watched(), watched()];
      const answerPlain = createPlainAnswer(quick.service, quick.socket);
      for (const one of arrivals) {
        const arrival = { ...one, local: LOCAL };
        if (!answerPlain(one.datagram, one.remote)) answer(quick.service, arrival);
        answer(whole.service, arrival);
        for (const { clock } of [quick, whole]) clock.ms++;
      }
      expect(quick.traces()).toEqual(whole.traces());
    }),
    { numRuns: 300 },
  );
});
