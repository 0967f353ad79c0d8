/** Makes the handshake over a new path, and goes on with the session that both sides still have, or begins one. */
import { createOwner } from '../../net/owner.ts';
import type { Carrier } from '../carrier.ts';
import type { Agreement } from '../handshake/agreement.ts';
import type { HandshakeFailure } from '../handshake/contract.ts';
import type { Identity } from '../handshake/identity.ts';
import { loadTunnelLibraries } from '../libraries.ts';
import type { TunnelEnd } from '../tunnel.ts';
import { createSession, type MovableSession } from './create-session.ts';
import { createRoutes } from './native/routes.ts';
import type { Session } from './session.ts';
import { shakeHands } from './shake-hands.ts';

export interface EnterOptions {
  /** By what the two sides know each other. */
  readonly identity: Identity;
  /** 16 random bytes of this process (`randomBytes(16)`), the same for all its sessions. */
  readonly instance: Uint8Array;
  /** The session that this side has with this peer; null for none. */
  readonly session: MovableSession | null;
  /** How long the handshake may take; 10 s if left out. */
  readonly timeoutMs?: number;
  /** How long the session lives on without a path; 60 s if left out. */
  readonly outliveMs?: number;
  readonly signal?: AbortSignal;
}

export type Entered =
  /** Both sides still had the session: its streams go on over the new path. */
  | { readonly kind: 'continued'; readonly session: MovableSession }
  /** A new session. The one of before, if there was one, has ended. */
  | { readonly kind: 'fresh'; readonly session: MovableSession }
  /** Nobody, or not the peer: the carrier has been disposed of, and the session of before is as it was. */
  | { readonly kind: 'failed'; readonly failure: HandshakeFailure };

const TIMEOUT_MS = 10_000;
const OUTLIVE_MS = 60_000;

/**
 * Takes the carrier over, whatever comes of it.
 * @throws the signal's reason when aborted; TunnelUnavailableError where the libraries cannot be loaded.
 */
export async function enterSession(carrier: Carrier, options: EnterOptions): Promise<Entered> {
  await using owner = createOwner();
  owner.use(carrier);
  const { noise, SecretStream } = loadTunnelLibraries();
  const former = options.session?.isOver() ? null : options.session;
  const routes = createRoutes(carrier.route());
  const control = routes.createLeg();
  owner.defer(routes.closeAll);
  const shaken = await shakeHands(carrier, {
    ...{
      library: noise,
      identity: options.identity,
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      signal: options.signal,
    },
    payload: { instance: options.instance, session: former?.id ?? null, control: control.id },
  });
  if (shaken.kind === 'failed') return shaken;
  const { agreement } = shaken;
  owner.defer(() => shaken[Symbol.asyncDispose]());
  if (former && isSame(agreement.peer.session, former.id)) {
    if (former.isOver()) return { kind: 'failed', failure: ENDED_MEANWHILE };
    owner.move();
    routes.closeAll();
    former.moveTo(shaken);
    return { kind: 'continued', session: former };
  }
  if (former) await former.end(endOf(former, agreement));
  owner.move();
  const outliveMs = options.outliveMs ?? OUTLIVE_MS;
  return { kind: 'fresh', session: createSession({ SecretStream, agreement, shaken, routes, control, outliveMs }) };
}

const ENDED_MEANWHILE: HandshakeFailure = {
  reason: 'timeout',
  detail: 'the session that the peer wants to go on with ended during the handshake',
};

function endOf(former: Session, { peer }: Agreement): TunnelEnd {
  if (!isSame(peer.instance, former.peerInstance)) return { reason: 'peer-restarted' };
  return {
    reason: 'path-lost',
    detail: 'the peer has given up what was under way, after it had not heard of this side for long',
  };
}

function isSame(a: Uint8Array | null, b: Uint8Array): boolean {
  return a !== null && Buffer.compare(a, b) === 0;
}
