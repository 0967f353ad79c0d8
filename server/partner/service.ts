/** The link to the partner of one family over the server's primary socket: asks, listens, and has requests answered. */
import { type Endpoint, familyOf, sameEndpoint } from '../../src/endpoint.ts';
import type { Resolver } from '../../src/net/lookup/resolver.ts';
import type { UdpSocket } from '../../src/net/udp-socket.ts';
import type { HandOver } from '../stun/decisions/hand-over.ts';
import type { Layout } from '../stun/decisions/layout.ts';
import type { EndpointPair } from '../stun/decisions/responder.ts';
import { findPartnerAddress } from './address.ts';
import type { PartnerCounts, PartnerRefusal } from './decisions/counts.ts';
import type { PartnerInput, PartnerOutput } from './decisions/input-output.ts';
import { createPartnerLink, type PartnerLink } from './decisions/link.ts';
import { type Epoch, isForPartner } from './decisions/seal.ts';
import { HELLO_MS, type Standing } from './decisions/standing.ts';
import { createLayouts } from './layouts.ts';
import type { PartnerOptions } from './options.ts';
import { carryOutForPages, type PagesService, type PartnerPages, servePages } from './pages.ts';

/** What a link needs of a socket. */
export type LinkSocket = Pick<UdpSocket, 'local' | 'send'>;

export interface PartnerServiceOptions extends PartnerOptions {
  /** That of this server alone, with one address. */
  readonly layout: Layout;
  /** The one at the primary endpoint, which the caller reads and closes. */
  readonly socket: LinkSocket;
  /** Shared by the partners of both families. */
  readonly counts: PartnerCounts;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Answers a request that came to the partner, or says why not. */
  readonly answerFor: (handOver: HandOver) => PartnerRefusal | null;
  /** What the link has to do for pages, on both sides. */
  readonly pages: PartnerPages;
  /** Hears of each change. */
  readonly onStanding?: ((standing: Standing) => void) | undefined;
  readonly resolver?: Resolver | undefined;
}

export interface PartnerService extends PagesService, Disposable {
  /** Takes the datagrams that claim to be from a partner; false when one does not. */
  readonly take: (datagram: Uint8Array, ends: EndpointPair) => boolean;
  /** The layout with what is known of the partner now. */
  readonly layout: (now: number) => Layout;
  readonly handOver: (handOver: HandOver) => void;
  readonly standing: () => Standing;
  /** Null while its name has not been found. */
  readonly address: () => string | null;
  /** The process of the partner that is believed; null until one has answered. */
  readonly epoch: () => Epoch | null;
}

/** Asks from now on; its disposal says so to the partner, and ends that. */
export function servePartner(options: PartnerServiceOptions): PartnerService {
  const { layout, socket, counts, now, randomBytes, hosts, secret, resolver } = options;
  const { port, altPort, addresses } = layout;
  const family = familyOf(addresses[0]);
  const link = createPartnerLink({ secret, family, ports: { port, altPort }, randomBytes, counts });
  let isClosed = false;
  const standingAt = (time: number): Standing => (isClosed ? 'silent' : link.standing(time));
  const standing = (): Standing => standingAt(now());
  const at = findPartnerAddress({ hosts, family, own: addresses, isMissed: () => standing() !== 'up', resolver });
  const endpoint = (): Endpoint | null => {
    const address = at.current();
    return address === null ? null : { address, port };
  };
  const handleOpen = createHandler(options, { link, endpoint });
  const handle = (input: PartnerInput): void => {
    if (!isClosed) handleOpen(input);
  };
  const ask = (): void => handle({ kind: 'tick' });
  ask();
  const asking = setInterval(ask, HELLO_MS).unref();
  const pages = servePages(options, { link, handle });
  return {
    take: (bytes, { local, remote }) => {
      if (!isForPartner(bytes)) return false;
      const from = endpoint();
      if (from && sameEndpoint(remote, from) && sameEndpoint(local, socket.local)) handle({ kind: 'datagram', bytes });
      else counts.refused.stranger++;
      return true;
    },
    layout: createLayouts(layout, { address: at.current, isUp: (time) => standingAt(time) === 'up' }),
    handOver: (handOver) => handle({ kind: 'hand-over', handOver }),
    carry: (bytes, ends) => !isClosed && pages.carry(bytes, ends),
    transmit: pages.transmit,
    tellFragment: pages.tellFragment,
    standing,
    address: at.current,
    epoch: link.epoch,
    [Symbol.dispose]: () => {
      clearInterval(asking);
      pages[Symbol.dispose]();
      handle({ kind: 'closing' });
      isClosed = true;
      at[Symbol.dispose]();
    },
  };
}

/** Passes what happens to the link, and carries out what it wants. */
function createHandler(
  { socket, counts, now, answerFor, onStanding, pages, layout }: PartnerServiceOptions,
  { link, endpoint }: { readonly link: PartnerLink; readonly endpoint: () => Endpoint | null },
): (input: PartnerInput) => void {
  const failed = (): void => {
    counts.unsent['send-failed']++;
  };
  const carryOut = (output: PartnerOutput): void => {
    switch (output.kind) {
      case 'send': {
        const to = endpoint();
        if (to) socket.send(output.bytes, to, failed);
        break;
      }
      case 'reply': {
        const refusal = answerFor(output.handOver);
        if (refusal !== null) counts.refused[refusal]++;
        break;
      }
      case 'standing':
        onStanding?.(output.standing);
        break;
      case 'carried':
      case 'transmit':
      case 'lease':
        carryOutForPages(output, { pages, layout, counts, partner: endpoint()?.address });
        break;
    }
  };
  return (input) => {
    for (const output of link.handle(now(), input)) carryOut(output);
  };
}
