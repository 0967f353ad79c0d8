/**
 * Where two sides meet: at a natcheck server, or without one through brokers or by hand, and then STUN servers of others see the sockets.
 */
import type { Endpoint } from '../endpoint.ts';
import { UsageError } from '../errors.ts';
import { PUBLIC_SERVERS } from '../net/lookup/public-servers.ts';
import { createResolver } from '../net/lookup/resolver.ts';
import { DEFAULT_BROKERS } from '../net/rendezvous/broker/default-brokers.ts';
import { parseBrokerUrl } from '../net/rendezvous/broker/url.ts';
import type { StunOffer } from '../rendezvous/protocol/fields.ts';
import type { BrokerMeetingPlace, ManualMeetingPlace, RoomOptions } from './options.ts';
import { type Place, placeOf, stunPlaceOf } from './place.ts';
import type { StunServers } from './reachability/stun-servers.ts';
import { DEFAULT_ROOM } from './report/unproven.ts';
import type { Connection } from './room/connection.ts';
import { serverConnection } from './room/server-connection.ts';

const KEY_BYTES = 32;
/** The port of STUN (RFC 8489 §18.6). */
const STUN_PORT = 3478;

export interface MeetingPlace {
  readonly outcome: 'found';
  /** Servers that see this side's sockets, the best first. */
  readonly servers: readonly [Endpoint, ...Endpoint[]];
  /** Set where they are STUN servers of others, which take no tickets; and their names. */
  readonly stun: StunServers | null;
  readonly stunServers: readonly string[] | undefined;
  /** Whether an attempt without success is followed by others, since the peer may not have begun yet. */
  readonly isRepeated: boolean;
  readonly connection: (signal: AbortSignal) => Connection;
}

export type FoundMeeting = MeetingPlace | Exclude<Place, { readonly outcome: 'found' }>;

/** Finds the place. @throws UsageError when an option cannot be used; the signal's reason when aborted. */
export async function findMeeting(
  options: RoomOptions & { readonly waitMs: number; readonly onNotice: (text: string) => void },
): Promise<FoundMeeting> {
  const { server, meeting, stunServers } = options;
  if (meeting && server !== undefined) throw new UsageError('name a server, or meet without one, but not both');
  if (meeting) return await withoutServer(options, meeting);
  if (server === undefined) throw new UsageError('name a server, or how to meet without one');
  const place = await placeOf({ ...options, server });
  if (place.outcome !== 'found') return place;
  const { servers, url } = place;
  const { id, room = DEFAULT_ROOM, token, resolver, seat } = options;
  const joining = { url, room, id, token, resolver, seat };
  const connection = (signal: AbortSignal): Connection => serverConnection(joining, signal);
  return { outcome: 'found', servers, stun: null, stunServers, isRepeated: false, connection };
}

type WithoutServer = RoomOptions & { readonly waitMs: number; readonly onNotice: (text: string) => void };

async function withoutServer(
  options: WithoutServer,
  meeting: BrokerMeetingPlace | ManualMeetingPlace,
): Promise<FoundMeeting> {
  const { resolver = createResolver(), stunServers = PUBLIC_SERVERS } = options;
  const connect = meeting.kind === 'broker' ? await throughBrokers(options, meeting) : await byHand(options, meeting);
  const place = await stunPlaceOf({ ...options, names: stunServers, resolver });
  if (place.outcome !== 'found') return place;
  const { first, stun } = place;
  return {
    outcome: 'found',
    servers: [first],
    ...{ stun, stunServers, isRepeated: meeting.kind === 'manual' },
    connection: (signal) => connect(() => offerOf(stun), signal),
  };
}

type Connect = (stun: () => StunOffer, signal: AbortSignal) => Connection;

/** @throws UsageError when an option cannot be used. */
async function throughBrokers(
  { id, room = DEFAULT_ROOM, resolver = createResolver(), onNotice }: WithoutServer,
  { brokers: texts = DEFAULT_BROKERS, topic, key, ca, sameId }: BrokerMeetingPlace,
): Promise<Connect> {
  if (texts.length === 0) throw new UsageError('name at least one broker');
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(topic)) throw new UsageError('the topic is not 1 to 64 characters of base64url');
  if (key.length !== KEY_BYTES) throw new UsageError(`the key has ${key.length} bytes and not ${KEY_BYTES}`);
  const brokers = texts.map(parseBrokerUrl);
  const shared = { brokers, topic, key, ca, id, room, resolver, onNotice, sameId };
  const { brokerConnection } = await import('./room/broker-connection.ts');
  return (stun, signal) => brokerConnection({ ...shared, stun }, signal);
}

/** @throws UsageError when an option cannot be used. */
async function byHand(
  { id, room = DEFAULT_ROOM, onNotice }: WithoutServer,
  { offer: pasted, secret, onLine, paste }: ManualMeetingPlace,
): Promise<Connect> {
  const { MANUAL_IDS } = await import('../rendezvous/manual/manual-meeting.ts');
  const { readManualLine } = await import('../rendezvous/manual/line.ts');
  const { manualConnection } = await import('./room/manual-connection.ts');
  const own = pasted === undefined ? MANUAL_IDS.offer : MANUAL_IDS.answer;
  if (id !== own) throw new UsageError(`the id of this side is ${own}, and not ${id}`);
  const read = pasted === undefined ? null : readManualLine(pasted);
  if (read && !read.ok) throw new UsageError(read.problem);
  const offer = read?.line ?? null;
  if (offer?.kind === 'answer') throw new UsageError('this is an answer: it goes to the side that has made the offer');
  return (stun, signal) => manualConnection({ id, room, offer, secret, onLine, paste, onNotice, stun }, signal);
}

/** The server that a second socket, over IPv6, is seen by; where there is none, there is no second socket. */
function offerOf(stun: StunServers): StunOffer {
  const ipv6 = stun.ipv6();
  const port = ipv6?.port ?? STUN_PORT;
  return { port, altPort: port, ...(ipv6 && { addresses: [ipv6.address] }) };
}

/** Names the servers that see this side, as the user or the default does. */
export function namesOfServers({ server, stunServers }: Pick<RoomOptions, 'server' | 'stunServers'>): string {
  return server ?? stunServers?.join(', ') ?? 'any of the public STUN servers';
}
