/** What the link does with sockets: who is heard, by which limits a partner's clients are answered, and what is counted. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../lab/sim/network/random.ts';
import { drawTransactionId } from '../../../server/browser/decisions/fragment.ts';
import { createPartnerCounts } from '../../../server/partner/decisions/counts.ts';
import { createPartnerLink } from '../../../server/partner/decisions/link.ts';
import type { PartnerPages } from '../../../server/partner/pages.ts';
import { servePartner } from '../../../server/partner/service.ts';
import { createStunCounts } from '../../../server/stun/counts.ts';
import type { HandOver } from '../../../server/stun/decisions/hand-over.ts';
import { serveStun } from '../../../server/stun/service.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import { encodeCheck } from '../../../src/ice/checks/messages.ts';
import { A, ALT_PORT, B, CLIENT, ONE, PORT, request } from '../stun/requests.ts';
import { HAND_OVER, PORTS, SECRET } from './pair.ts';

const FRAGMENT = 'fragment';
const CHECK = encodeCheck({
  transactionId: drawTransactionId(FRAGMENT, (length) => new Uint8Array(length)),
  ...{ username: `page:${FRAGMENT}`, key: new Uint8Array(22), priority: 1, role: 'controlled', tieBreaker: 1n },
  nominates: false,
});

interface Sent {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

/** The server at A, which has two sockets that only remember, and the real link of its partner at B. */
function createServer({ redirects = 2 } = {}) {
  const sent: Sent[] = [];
  const receivers = new Map<number, (bytes: Uint8Array, from: Endpoint) => void>();
  const socketAt = (port: number) => ({
    local: { address: A, port },
    send: (bytes: Uint8Array, to: Endpoint) => void sent.push({ from: { address: A, port }, to, bytes }),
    onDatagram: (receive: (bytes: Uint8Array, from: Endpoint) => void) => void receivers.set(port, receive),
    [Symbol.asyncDispose]: async () => {},
  });
  const sockets = [socketAt(PORT), socketAt(ALT_PORT)] as const;
  const counts = createPartnerCounts();
  let left = redirects;
  const random = createRandom(1);
  const options = { hosts: [B], secret: SECRET, layout: ONE, socket: sockets[0], counts, now: () => 0 };
  const carried: Endpoint[] = [];
  const leases: string[] = [];
  const pages: PartnerPages = {
    fragments: () => [FRAGMENT],
    take: (_, { local }) => void carried.push(local),
    transmit: (from, to, bytes) => void sent.push({ from, to, bytes }),
    onLease: (fragment, { isThere }) => void leases.push(`${isThere ? '+' : '-'}${fragment}`),
  };
  const partner = servePartner({
    ...{ ...options, pages },
    randomBytes: random.bytes,
    answerFor: (handOver) => stun.answerFor(handOver),
  });
  const limits = { redirected: () => left-- > 0, plain: () => true };
  const stun = serveStun({ layout: ONE, sockets, limits, counts: createStunCounts(), now: () => 0, partner });
  const other = createPartnerLink({ secret: SECRET, family: 'IPv4', ports: PORTS, randomBytes: random.bytes });
  const hear = (bytes: Uint8Array, from: Endpoint, port = PORT): void => receivers.get(port)?.(bytes, from);
  /** Passes datagrams between the two until neither has any more to say. */
  const settle = (input: Parameters<typeof other.handle>[1]): void => {
    const queue = [...other.handle(0, input)];
    for (let output = queue.shift(); output; output = queue.shift()) {
      if (output.kind !== 'send') continue;
      hear(output.bytes, { address: B, port: PORT });
      for (const { to, bytes } of sent.splice(0)) {
        if (to.address === B) queue.push(...other.handle(0, { kind: 'datagram', bytes }));
        else replies.push({ to, bytes });
      }
    }
  };
  const replies: Omit<Sent, 'from'>[] = [];
  return {
    partner,
    counts,
    sent,
    replies,
    carried,
    leases,
    hear,
    settle,
    other,
    [Symbol.dispose]: () => partner[Symbol.dispose](),
  };
}

/** One whose partner is up. */
function createUpServer(options: Parameters<typeof createServer>[0] = {}) {
  const server = createServer(options);
  server.settle({ kind: 'tick' });
  server.settle({ kind: 'tick' });
  expect([server.partner.standing(), server.other.standing(0)]).toEqual(['up', 'up']);
  return server;
}

const handOverFor = (mapped: Endpoint): HandOver => ({ ...HAND_OVER, mapped, toPort: mapped.port });

describe('a server with a partner', () => {
  it('asks the partner at once, from its primary socket to the primary port of the partner', () => {
    using server = createServer();
    expect(server.sent).toMatchObject([{ from: { address: A, port: PORT }, to: { address: B, port: PORT } }]);
  });

  it('says nothing to a stranger who sends what the partner would, or to the partner by another port', () => {
    using server = createServer();
    const [hello] = server.other.handle(0, { kind: 'tick' });
    if (hello?.kind !== 'send') throw new Error('no hello');
    server.sent.splice(0);
    server.hear(hello.bytes, CLIENT);
    server.hear(hello.bytes, { address: B, port: ALT_PORT });
    server.hear(hello.bytes, { address: B, port: PORT }, ALT_PORT);
    expect(server.sent).toEqual([]);
    expect(server.counts.refused.stranger).toBe(3);
  });

  it('answers the client of the partner within the limit of redirected replies, and says why it does not', () => {
    using server = createUpServer();
    for (let count = 0; count < 3; count++) server.settle({ kind: 'hand-over', handOver: handOverFor(CLIENT) });
    expect(server.replies.map(({ to }) => to)).toEqual([CLIENT, CLIENT]);
    expect(server.counts.taken['hand-over']).toBe(3);
    expect(server.counts.refused['rate-limited']).toBe(1);
  });

  it('takes no token of anybody for a reply that it does not send', () => {
    using server = createUpServer({ redirects: 1 });
    server.settle({ kind: 'hand-over', handOver: handOverFor({ address: '127.0.0.1', port: 53 }) });
    server.settle({ kind: 'hand-over', handOver: handOverFor({ address: B, port: PORT }) });
    server.settle({ kind: 'hand-over', handOver: handOverFor(CLIENT) });
    expect(server.replies.map(({ to }) => to)).toEqual([CLIENT]);
    expect(server.counts.refused).toMatchObject({ 'out-of-scope': 1, 'own-endpoint': 1, 'rate-limited': 0 });
  });

  it('has nothing to do with the partner any more once it ends, although its sockets are still there', () => {
    const server = createUpServer();
    server[Symbol.dispose]();
    server.settle({ kind: 'tick' });
    expect([server.partner.standing(), server.other.standing(0)]).toEqual(['silent', 'silent']);
    server.sent.splice(0);
    server.settle({ kind: 'tick' });
    expect(server.sent).toEqual([]);
    expect(server.partner.layout(0).partner?.isUp).toBe(false);
  });

  it('has the layout of a server with one address until the partner is up', () => {
    using down = createServer();
    expect(down.partner.layout(0)).toEqual({ ...ONE, partner: { address: B, isUp: false } });
    using up = createUpServer();
    expect(up.partner.layout(0)).toEqual({ ...ONE, partner: { address: B, isUp: true } });
  });

  it('lends its endpoints to the partner’s pages, and borrows those of the partner for its own', () => {
    using server = createUpServer();
    const bytes = request([{ type: 'USERNAME', value: `${FRAGMENT}:page` }]);
    server.settle({ kind: 'fragments', fragments: [FRAGMENT] });
    expect(server.leases).toEqual([`+${FRAGMENT}`]);
    const local = { address: A, port: ALT_PORT };
    expect(server.partner.carry(request(), { local, remote: CLIENT })).toBe(false);
    expect(server.partner.carry(bytes, { local, remote: { ...CLIENT, port: 0 } })).toBe(false);
    expect(server.partner.carry(bytes, { local, remote: CLIENT })).toBe(true);
    const [carried] = server.sent.splice(0);
    const outputs = server.other.handle(0, { kind: 'datagram', bytes: carried?.bytes ?? bytes });
    expect(outputs).toEqual([{ kind: 'carried', carry: { arrivedAt: 'altPort', remote: CLIENT, bytes } }]);
    server.settle({ kind: 'transmit', transmit: { fromPort: 'altPort', to: CLIENT, bytes: CHECK } });
    expect(server.replies).toEqual([{ to: CLIENT, bytes: CHECK }]);
    server.settle({ kind: 'carry', carry: { arrivedAt: 'port', remote: CLIENT, bytes } });
    expect(server.carried).toEqual([]);
    server.partner.tellFragment(FRAGMENT);
    for (const { bytes: told } of server.sent.splice(0)) server.other.handle(0, { kind: 'datagram', bytes: told });
    server.settle({ kind: 'carry', carry: { arrivedAt: 'port', remote: CLIENT, bytes } });
    expect(server.carried).toEqual([{ address: B, port: PORT }]);
  });

  it('sends no check of the partner’s to one of the two servers, or closer than it is itself', () => {
    using server = createUpServer();
    const bytes = request([{ type: 'USERNAME', value: `${FRAGMENT}:page` }]);
    server.settle({ kind: 'fragments', fragments: [FRAGMENT] });
    for (const to of [
      { address: B, port: ALT_PORT },
      { address: A, port: PORT },
      { address: '127.0.0.1', port: 53 },
    ]) {
      server.partner.carry(bytes, { local: { address: A, port: PORT }, remote: to });
      server.settle({ kind: 'transmit', transmit: { fromPort: 'port', to, bytes: CHECK } });
    }
    expect(server.replies).toEqual([]);
    expect(server.counts.refused).toMatchObject({ 'own-endpoint': 2, 'out-of-scope': 1 });
  });

  it('lends nothing any more once it ends', () => {
    const server = createUpServer();
    server.settle({ kind: 'fragments', fragments: [FRAGMENT] });
    server[Symbol.dispose]();
    const bytes = request([{ type: 'USERNAME', value: `${FRAGMENT}:page` }]);
    expect(server.partner.carry(bytes, { local: { address: A, port: PORT }, remote: CLIENT })).toBe(false);
  });
});
