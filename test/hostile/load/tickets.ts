/** Bindings with tickets that are good for nothing: forged, expired, and replayed from elsewhere; and one that is good among them. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { joinRendezvous } from '../../../src/net/rendezvous/join.ts';
import { decode } from '../../../src/stun/decode.ts';
import { encode } from '../../../src/stun/encode.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { shortTermKey } from '../../../src/stun/integrity.ts';
import { attribute } from '../../../src/stun/message.ts';
import { type Peer, peerOf } from '../../net/rendezvous/peers.ts';
import { type MeasuredServer, type Memory, startMeasuredServer } from './measured-server.ts';
import { openStrangers, sendPaced } from './paced.ts';

/** The life of every ticket, so that one has expired before long. */
const TICKET_MS = 2_000;
const TRIES_MAX = 10;
const FORGED = 500;

interface Ticket {
  readonly username: string;
  readonly password: string;
}

/** The Binding that a client sends first, or with a nonce that was given to somebody. */
function binding({ username, password }: Ticket, nonce?: string): Uint8Array {
  const attributes = [
    { type: 'USERNAME', value: username } as const,
    ...(nonce === undefined ? [] : [{ type: 'NONCE', value: nonce } as const]),
  ];
  const message = { class: 'request', method: METHOD.binding, transactionId: randomBytes(12), attributes } as const;
  return encode(message, { integrity: { algorithm: 'sha256', key: shortTermKey(password) } });
}

const forged = (): Ticket => ({ username: randomBytes(18).toString('base64url'), password: 'x'.repeat(22) });

export interface TicketsResult {
  readonly sent: number;
  readonly received: number;
  readonly kernelDrops: number;
  /** Errors and successes that were sent, and what got no answer since its network had had its share. */
  readonly refused: number;
  readonly rateLimited: number;
  readonly accepted: number;
  /** How many endpoints were tied to a peer. */
  readonly bindings: number;
  /** What became of each good ticket that was shown meanwhile. */
  readonly good: readonly string[];
  readonly before: Memory;
  readonly after: Memory;
  readonly perSecond: number;
}

export async function floodWithTickets(options: {
  readonly count: number;
  readonly perSecond: number;
  /** Whether no more is sent than the server reads, so that nothing is lost on its way. */
  readonly isHeard?: boolean;
}): Promise<TicketsResult> {
  const { count, perSecond, isHeard = false } = options;
  await using server = await startMeasuredServer({ limits: { ticketMs: TICKET_MS } });
  await using alice = await enter(server, 'alice');
  const expired = alice.client.joined.ticket;
  await wait(TICKET_MS);
  await using bob = await enter(server, 'bob');
  const { ticket } = bob.client.joined;
  const replayed = binding(ticket, await nonceFor(bob, { ticket, port: server.port }));
  const bogus = [
    ...Array.from({ length: FORGED }, () => binding(forged())),
    ...Array.from({ length: FORGED }, () => binding(expired)),
    // The very datagram that its owner would send next, as somebody on the way has read it.
    ...Array.from({ length: FORGED }, () => replayed),
  ];
  await using strangers = await openStrangers(64);
  const { drops } = server.kernel();
  const [before, counted] = [await server.memory(), await countsOf(server)];
  const startedAt = performance.now();
  let isOver = false;
  const good: string[] = [];
  const showing = (async () => {
    do {
      await using peer = await enter(server, `good-${good.length}`);
      good.push(await show(peer));
    } while (!isOver);
  })();
  await sendPaced(strangers.sockets, {
    ...{ count, perSecond, ...(isHeard && { isRead: () => server.kernel().isEmpty }) },
    datagram: (index) => ({ bytes: bogus[index % bogus.length] ?? new Uint8Array(), port: server.port }),
  });
  const tookS = (performance.now() - startedAt) / 1_000;
  isOver = true;
  await showing;
  while (!server.kernel().isEmpty) await wait(20);
  const [after, now] = [await server.memory(), await countsOf(server)];
  return {
    ...{ sent: count, good, before, after, perSecond: count / tookS },
    received: now.received - counted.received,
    kernelDrops: server.kernel().drops - drops,
    refused: now.refused - counted.refused,
    rateLimited: now.rateLimited - counted.rateLimited,
    accepted: now.accepted - counted.accepted,
    bindings: now.bindings - counted.bindings,
  };
}

/** Shows its ticket, and another one if that has expired before the server came to it. */
async function show(peer: Peer): Promise<string> {
  let { outcome } = await peer.bind();
  for (let again = 0; outcome === 'refused' && again < TRIES_MAX; again++) {
    peer.client.renewTicket();
    const { ticket } = await peer.next('ticket');
    ({ outcome } = await peer.bind(ticket));
  }
  return outcome;
}

/** The nonce that the server gives for the endpoint of that peer. */
async function nonceFor(
  { socket }: Peer,
  { ticket, port }: { readonly ticket: Ticket; readonly port: number },
): Promise<string | undefined> {
  const answered = new Promise<Uint8Array>((resolve) => socket.onDatagram(resolve));
  socket.send(binding(ticket), { address: '127.0.0.1', port }, () => {});
  const decoded = decode(await answered);
  return decoded.ok ? attribute(decoded.message, 'NONCE') : undefined;
}

async function enter({ url }: MeasuredServer, id: string): Promise<Peer> {
  const result = await joinRendezvous({ url, room: 'room', id });
  if (result.outcome !== 'joined') throw new Error(JSON.stringify(result));
  return await peerOf(result.client);
}

async function countsOf(server: MeasuredServer) {
  const count = await server.count();
  return {
    received: count('natcheck_stun_received_total'),
    refused: count('natcheck_stun_replies_total', 'class="error"'),
    accepted: count('natcheck_stun_replies_total', 'class="success"'),
    rateLimited: count('natcheck_stun_unanswered_total', 'reason="rate-limited"'),
    bindings: count('natcheck_rendezvous_bindings_total'),
  };
}
