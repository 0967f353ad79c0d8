/** Opens a link: one room, and a link to each peer that this side is to be connected to. */
import { randomBytes } from 'node:crypto';
import { createInbox, type Inbox } from '../../net/inbox.ts';
import { loadUdx } from '../../net/udx/load.ts';
import type { Udx } from '../../net/udx/native.ts';
import { udxSockets } from '../../net/udx/udx-socket.ts';
import { pause } from '../../net/waits.ts';
import { ROOM_PEERS_MAX } from '../../rendezvous/protocol/bounds.ts';
import { INSTANCE_BYTES } from '../handshake/payload.ts';
import { loadTunnelLibraries } from '../libraries.ts';
import type { Link, LinkEnd, LinkEvent, LinkedTunnel, LinkOptions } from './link.ts';
import { createPeerLink, type PeerEnd, type PeerLink } from './peer-link.ts';
import { keepRoom, type RoomKeeper } from './room-keeper.ts';

/** How many are tried at once where the first one who is there is wanted. */
const CANDIDATES_MAX = 8;

interface State {
  readonly options: LinkOptions;
  readonly udx: Udx;
  readonly instance: Uint8Array;
  readonly keeper: PromiseWithResolvers<RoomKeeper>;
  readonly peers: Map<string, PeerLink>;
  readonly tunnels: Inbox<LinkedTunnel | null>;
  readonly closed: PromiseWithResolvers<LinkEnd>;
  /** Aborted when the link ends. */
  readonly ended: AbortController;
  readonly startedAt: number;
  /** The peer that was connected to first; only where no other one is wanted after that. */
  chosen: string | null;
  /** The links that are being ended. */
  readonly ending: Set<Promise<void>>;
}
