/**
 * Two servers with one address each in the simulated network, which are each other's partner: together they have what
 * one server with two addresses has. The real link decides, on virtual time.
 */
import type { PartnerInput, PartnerOutput } from '../../../server/partner/decisions/input-output.ts';
import { createPartnerLink, type PartnerLink } from '../../../server/partner/decisions/link.ts';
import { FRAGMENTS_MS } from '../../../server/partner/decisions/pages/borrow.ts';
import { isForPartner } from '../../../server/partner/decisions/seal.ts';
import { HELLO_MS, type Standing } from '../../../server/partner/decisions/standing.ts';
import { type HandOver, handedOverReply } from '../../../server/stun/decisions/hand-over.ts';
import { endpointsOf, type Layout } from '../../../server/stun/decisions/layout.ts';
import { respond } from '../../../server/stun/decisions/responder.ts';
import { type Endpoint, familyOf, sameEndpoint } from '../../../src/endpoint.ts';
import { runUntil } from '../network/clock.ts';
import { createHost, type Host } from '../network/host.ts';
import type { Link } from '../network/link.ts';
import type { World } from '../network/world.ts';
import { LAB_HTTP_PORT, LAB_LAYOUT } from './stun-server.ts';

/** How soon two servers that can reach each other know it. */
const UP_WITHIN_MS = 10_000;
const UP_WITHIN_EVENTS = 10_000;

/** The pages of one of the two. */
export interface SimPages {
  /** Takes a datagram that came to either server; false when it is for no page. */
  readonly take: (bytes: Uint8Array, local: Endpoint, remote: Endpoint) => boolean;
  /** The fragments that the partner is to know. */
  readonly fragments: () => readonly string[];
}

export interface SimPartner {
  readonly host: Host;
  readonly standing: () => Standing;
  /** That of this server with what it knows of the other now. */
  readonly layout: () => Layout;
  readonly servePages: (pages: SimPages) => void;
  /** Sends for a page from an endpoint of either server. */
  readonly transmit: (from: Endpoint, to: Endpoint, bytes: Uint8Array) => void;
  readonly tellFragment: (fragment: string) => void;
  /** Ends the process; another one begins in its place after `downMs`. */
  readonly restart: (downMs: number) => void;
}

export interface PartnerServersOptions {
  /** The two addresses, and the ports of both; default: LAB_LAYOUT. */
  readonly layout?: Layout;
  /** The link of each to the public network; default: perfect. */
  readonly link?: Link;
}

interface State {
  readonly world: World;
  readonly host: Host;
  readonly alone: Layout;
  /** The primary endpoints of the two. */
  readonly own: Endpoint;
  readonly partner: Endpoint;
  /** Null while there is no process. */
  link: PartnerLink | null;
  pages: SimPages | null;
  generation: number;
}

/**
 * Adds both, and lets time pass until each is up for the other.
 * @throws RangeError when the layout has one address; Error when the link does not let them reach each other.
 */
export function addPartnerServers(
  world: World,
  { layout = LAB_LAYOUT, link }: PartnerServersOptions = {},
): readonly [SimPartner, SimPartner] {
  const [first, second] = layout.addresses;
  if (second === undefined) throw new RangeError('two partners have two addresses');
  const add = (address: string, partner: string): SimPartner => addOne(world, { layout, address, partner, link });
  const partners = [add(first, second), add(second, first)] as const;
  const areUp = (): boolean => partners.every(({ standing }) => standing() === 'up');
  runUntil(world, areUp, { maxEvents: UP_WITHIN_EVENTS, maxVirtualMs: UP_WITHIN_MS });
  if (!areUp()) throw new Error('the partners do not reach each other');
  return partners;
}

function addOne(
  world: World,
  {
    layout,
    address,
    partner,
    link,
  }: { readonly layout: Layout; readonly address: string; readonly partner: string; readonly link: Link | undefined },
): SimPartner {
  const { port } = layout;
  const host = createHost(world, { name: `server ${address}`, addresses: [address], ...(link && { link }) });
  const alone: Layout = { ...layout, addresses: [address] };
  const ends = { own: { address, port }, partner: { address: partner, port } };
  const state: State = { world, host, alone, ...ends, link: null, pages: null, generation: 0 };
  for (const local of endpointsOf(alone)) {
    host.open((remote, datagram) => receive(state, { datagram, local, remote }), local);
  }
  host.listen(LAB_HTTP_PORT);
  start(state);
  scheduleTick(state);
  scheduleFragments(state);
  return {
    host,
    standing: () => state.link?.standing(world.clock.now()) ?? 'silent',
    layout: () => layoutOf(state),
    servePages: (pages) => {
      state.pages = pages;
    },
    transmit: (from, to, bytes) => {
      const fromPort = from.port === port ? 'port' : 'altPort';
      if (from.address === address) host.sendFrom(from, to, bytes);
      else handle(state, { kind: 'transmit', transmit: { fromPort, to, bytes } });
    },
    tellFragment: (fragment) => handle(state, { kind: 'fragments', fragments: [fragment] }),
    restart: (downMs) => {
      state.link = null;
      world.clock.schedule(world.clock.now() + downMs, () => start(state));
    },
  };
}

function start(state: State): void {
  const { host, alone } = state;
  const { port, altPort, addresses } = alone;
  state.link = createPartnerLink({
    secret: 'the secret of both simulated partners',
    family: familyOf(addresses[0]),
    ports: { port, altPort },
    randomBytes: host.random.fork(`link ${state.generation++}`).bytes,
  });
}

function scheduleTick(state: State): void {
  const { clock } = state.world;
  handle(state, { kind: 'tick' });
  clock.schedule(clock.now() + HELLO_MS, () => scheduleTick(state));
}

function scheduleFragments(state: State): void {
  const { world, pages } = state;
  handle(state, { kind: 'fragments', fragments: pages?.fragments() ?? [] });
  world.clock.schedule(world.clock.now() + FRAGMENTS_MS, () => scheduleFragments(state));
}

function handle(state: State, input: PartnerInput): void {
  const { world } = state;
  for (const output of state.link?.handle(world.clock.now(), input) ?? []) carryOut(state, output);
}

function carryOut(state: State, output: PartnerOutput): void {
  const { host, alone, own, partner, pages } = state;
  switch (output.kind) {
    case 'send':
      host.sendFrom(own, partner, output.bytes);
      break;
    case 'reply':
      answerFor(state, output.handOver);
      break;
    case 'carried': {
      const { bytes, arrivedAt, remote } = output.carry;
      pages?.take(bytes, { address: partner.address, port: alone[arrivedAt] }, remote);
      break;
    }
    case 'transmit': {
      const { bytes, fromPort, to } = output.transmit;
      host.sendFrom({ address: own.address, port: alone[fromPort] }, to, bytes);
      break;
    }
    case 'lease':
    case 'standing':
      break;
  }
}

function layoutOf({ world, alone, partner, link }: State): Layout {
  const isUp = link?.standing(world.clock.now()) === 'up';
  return { ...alone, partner: { address: partner.address, isUp } };
}

function answerFor({ host, alone, partner }: State, handOver: HandOver): void {
  const layout = { ...alone, partner: { address: partner.address, isUp: true } };
  const reply = handedOverReply(layout, handOver);
  if (typeof reply === 'object') host.sendFrom(reply.from, reply.to, reply.bytes);
}

function receive(
  state: State,
  arrival: { readonly datagram: Uint8Array; readonly local: Endpoint; readonly remote: Endpoint },
): void {
  const { world, host, own, partner, link, pages } = state;
  if (!link) return;
  const { datagram, local, remote } = arrival;
  if (isForPartner(datagram)) {
    if (sameEndpoint(local, own) && sameEndpoint(remote, partner)) handle(state, { kind: 'datagram', bytes: datagram });
    return;
  }
  if (pages?.take(datagram, local, remote)) return;
  if (link.isLent(datagram)) {
    const arrivedAt = local.port === own.port ? 'port' : 'altPort';
    handle(state, { kind: 'carry', carry: { arrivedAt, remote, bytes: datagram } });
    return;
  }
  const answer = respond(world.clock.now(), layoutOf(state), arrival);
  if (answer.kind === 'drop') return;
  if (answer.handOver) handle(state, { kind: 'hand-over', handOver: answer.handOver });
  else host.sendFrom(answer.from, answer.to, answer.bytes);
}
