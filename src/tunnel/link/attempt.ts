/** One attempt to be connected to a peer: a punch, the handshake on the path that has opened, and the tunnel that goes on or begins. */
import { createOwner } from '../../net/owner.ts';
import type { Udx } from '../../net/udx/native.ts';
import type { PathEnd } from '../../punch/path/end.ts';
import { PUNCH_FAILURES } from '../../punch/report/report.ts';
import type { PunchEvent } from '../../punch/report/steps.ts';
import type { PunchResult } from '../../punch/result.ts';
import { openCarrier } from '../carrier/open-carrier.ts';
import type { Carrier } from '../carrier.ts';
import type { HandshakeFailure } from '../handshake/contract.ts';
import type { Identity } from '../handshake/identity.ts';
import type { MovableSession } from '../session/create-session.ts';
import { enterSession } from '../session/enter-session.ts';
import type { RoomKeeper } from './room-keeper.ts';
import type { UpkeepFailure } from './upkeep/state.ts';

/** A handshake takes two round trips; what is longer is a peer that does not answer. */
const HANDSHAKE_MAX_MS = 8_000;
/** How long a session lives on without a path where the link goes on for ever: its streams hold what is unsent. */
const OUTLIVE_MAX_MS = 600_000;

export interface AttemptOptions {
  readonly peer: string;
  readonly keeper: RoomKeeper;
  readonly udx: Udx;
  readonly identity: Identity;
  readonly instance: Uint8Array;
  /** The session that this side has with the peer; null for none. */
  readonly session: MovableSession | null;
  readonly waitMs: number;
  readonly outliveMs: number;
  readonly signal: AbortSignal;
  /** Called when the server has introduced the two. */
  readonly onMet: () => void;
  /** Called when the path that has come of it is closed. */
  readonly onClosed: (end: PathEnd) => void;
  /** Called when the path has become direct, or relayed. */
  readonly onPath: (path: 'direct' | 'relayed') => void;
}

export type AttemptEnd =
  | { readonly kind: 'continued' | 'fresh'; readonly session: MovableSession }
  | { readonly kind: 'failed'; readonly reason: UpkeepFailure; readonly detail: string; readonly isFinal: boolean };

/** @throws the signal's reason when aborted; what a bug throws. */
export async function attemptOnce(options: AttemptOptions): Promise<AttemptEnd> {
  const { keeper, udx, identity, instance, session, outliveMs, signal } = options;
  await using owner = createOwner();
  const { room } = owner.use(keeper.hold());
  const punched = await connect(room, options);
  if ('kind' in punched) return punched;
  const carrier = held(await openCarrier(punched, udx), owner.move(), options);
  void carrier.closed.then((end) => {
    // The session leaves a path that it does not need any more.
    if (end.reason !== 'own-end') options.onClosed(end);
  });
  const entered = await enterSession(carrier, {
    ...{ identity, instance, session, signal },
    timeoutMs: HANDSHAKE_MAX_MS,
    outliveMs: Math.min(outliveMs, OUTLIVE_MAX_MS),
  });
  if (entered.kind !== 'failed') return entered;
  return failedAfter(entered.failure);
}

/** Only a version, a key or a command that differs stays as it is: of anything else another attempt may come to more. */
export function failedAfter({ reason, detail }: HandshakeFailure): Extract<AttemptEnd, { readonly kind: 'failed' }> {
  switch (reason) {
    case 'timeout':
      return { kind: 'failed', reason: 'no-path', detail, isFinal: false };
    case 'left':
      return { kind: 'failed', reason: 'no-peer', detail, isFinal: false };
    case 'unreadable':
      return { kind: 'failed', reason: 'not-authenticated', detail, isFinal: false };
    case 'other-command':
    case 'other-version':
    case 'not-the-peer':
      return { kind: 'failed', reason: 'not-authenticated', detail, isFinal: true };
  }
}

/** Opens a path, which the caller has to dispose of. */
async function connect(
  room: ReturnType<RoomKeeper['hold']>['room'],
  { peer, waitMs, signal, onMet }: AttemptOptions,
): Promise<PunchResult | Extract<AttemptEnd, { readonly kind: 'failed' }>> {
  try {
    const onEvent = (event: PunchEvent): void => {
      if (event.kind === 'plan') onMet();
    };
    const punched = await room.connect(peer, { waitMs, signal, onEvent });
    if (punched.path) return punched;
    const reason = punched.report.reason ?? 'no-path';
    return { kind: 'failed', reason, detail: punched.report.detail ?? PUNCH_FAILURES[reason], isFinal: false };
  } catch (error) {
    signal.throwIfAborted();
    // Another room has taken the place of this one.
    if (!(error instanceof DOMException)) throw error;
    return { kind: 'failed', reason: 'rendezvous-lost', detail: error.message, isFinal: false };
  }
}

/** Lets the room go with the carrier, and tells of its routes. */
export function held(carrier: Carrier, owner: AsyncDisposable, { onPath }: Pick<AttemptOptions, 'onPath'>): Carrier {
  let { kind } = carrier.route();
  return {
    ...carrier,
    onRoute: (receive) =>
      carrier.onRoute((route) => {
        receive(route);
        if (route.kind !== kind) onPath(route.kind);
        ({ kind } = route);
      }),
    [Symbol.asyncDispose]: async () => {
      try {
        await carrier[Symbol.asyncDispose]();
      } finally {
        await owner[Symbol.asyncDispose]();
      }
    },
  };
}
