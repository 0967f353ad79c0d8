/** A link keeps this side connected to one peer, or to everyone who asks: it meets them, and punches again when a path is lost. */
import type { RoomOptions } from '../../punch/options.ts';
import type { PunchFailure } from '../../punch/report/report.ts';
import type { CodeKeys } from '../code/keys.ts';
import type { Role } from '../handshake/identity.ts';
import type { Tunnel } from '../tunnel.ts';

/** Whom a link connects to. */
export type LinkedPeers =
  /** Everyone who asks for this side, each with a tunnel of its own. */
  | { readonly kind: 'everyone' }
  /** Whoever is there first, and nobody else once `settle` of its tunnel was called. */
  | { readonly kind: 'first' }
  | { readonly kind: 'one'; readonly id: string };

/** What `openLink` (open-link.ts) takes: `openLink(options: LinkOptions): Promise<Link>`. */
export interface LinkOptions {
  /** How the room is entered; a code decides which room that is. Its signal ends the link. */
  readonly room: Omit<RoomOptions, 'onNotice' | 'socket' | 'openSocket' | 'seal'>;
  /** What comes of the code that both sides have; null where they know each other by their ids alone. */
  readonly keys: CodeKeys | null;
  readonly peers: LinkedPeers;
  /** How long to wait for the first peer; Infinity waits for ever. */
  readonly waitMs: number;
  /** How long a peer whose path is lost is tried again; Infinity tries for ever. */
  readonly patienceMs: number;
  readonly onEvent?: ((event: LinkEvent) => void) | undefined;
}

/** A tunnel to one peer, which lives on when the path under it changes. A peer that has restarted gets another one. */
export interface LinkedTunnel {
  /** The peer's id in the room, which the peer has chosen. */
  readonly peer: string;
  readonly tunnel: Tunnel;
  /** What the two sides can compare where there is no code; null where a code proves who the peer is. */
  readonly fingerprint: string | null;
  /** The same on both sides, and different for the two of them: decides who begins where either could. */
  readonly role: Role;
  /**
   * Says that the tunnel is used. Where whoever is first is wanted, one that ends before that was lost to somebody else who was
   * faster at the peer: then others are still waited for.
   */
  readonly settle: () => void;
}

/** Disposing of it ends every tunnel, leaves the room, and gives back all that was opened. */
export interface Link extends AsyncDisposable {
  /** Yields each tunnel once it is established, until the link ends. There can be one reader only. */
  readonly tunnels: AsyncIterable<LinkedTunnel>;
  /** Resolves when nobody will be connected to any more; never rejects. */
  readonly closed: Promise<LinkEnd>;
}

/** Why a link has ended. */
export type LinkEnd =
  /** This side has disposed of it. */
  | { readonly reason: 'own-end' }
  /** What a punch can end with; `no-peer` when nobody has come in time, `path-lost` when nobody has come back. */
  | { readonly reason: PunchFailure; readonly detail: string | null }
  /** The peer has closed the tunnel, and nobody else is wanted. */
  | { readonly reason: 'peer-left'; readonly detail: string | null }
  /** Who was met is not the peer, or speaks another version; `detail` is a sentence. */
  | { readonly reason: 'not-authenticated'; readonly detail: string }
  /** A bug, or what a callback has thrown. */
  | { readonly reason: 'broken'; readonly error: unknown };

/** What happens to a link, for whoever watches. Ids are of strangers: to be made visible before they are shown. */
export type LinkEvent =
  /** The server sees this side, or sees it elsewhere than before: from now on peers can be met. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'notice'; readonly text: string }
  /** Somebody under an id that is not connected to asks for this side. */
  | { readonly kind: 'stranger'; readonly peer: string }
  /** That many are there with the code, and none of them has asked for this side for some seconds. */
  | { readonly kind: 'unanswered'; readonly peers: number }
  /** A path to the peer is being opened; `again` when there was one before. */
  | { readonly kind: 'connecting'; readonly peer: string; readonly again: boolean }
  /** The peer is connected. `outageMs`: how long nothing had been heard of it, where the tunnel goes on; null for a new one. */
  | {
      readonly kind: 'connected';
      readonly peer: string;
      readonly path: 'direct' | 'relayed';
      readonly fingerprint: string | null;
      readonly outageMs: number | null;
    }
  /** The path has changed without having been lost. */
  | { readonly kind: 'path'; readonly peer: string; readonly path: 'direct' | 'relayed' }
  /** The path is, or seems, lost: another one is being opened. `detail` is a sentence. */
  | { readonly kind: 'lost'; readonly peer: string; readonly detail: string }
  /** An attempt to connect has failed; another one follows after `retryInMs`, none if that is null. */
  | {
      readonly kind: 'attempt-failed';
      readonly peer: string;
      readonly reason: PunchFailure | 'not-authenticated' | 'abandoned';
      readonly detail: string;
      readonly retryInMs: number | null;
    }
  /** The tunnel to the peer has ended. `detail` is a sentence. */
  | { readonly kind: 'ended'; readonly peer: string; readonly detail: string };
