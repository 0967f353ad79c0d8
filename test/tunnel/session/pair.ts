/** Two sessions with one another over a test carrier. */
import { randomBytes } from 'node:crypto';
import type { Udx } from '../../../src/net/udx/native.ts';
import type { Identity } from '../../../src/tunnel/handshake/identity.ts';
import type { MovableSession } from '../../../src/tunnel/session/create-session.ts';
import { type Entered, type EnterOptions, enterSession } from '../../../src/tunnel/session/enter-session.ts';
import type { TunnelStream } from '../../../src/tunnel/tunnel.ts';
import { type CarrierPair, createCarriers, createTables, type WireFaults } from './wire.ts';

export const CODE: Identity = {
  kind: 'code',
  psk: Buffer.alloc(32, 1),
  staticSeed: (role) => Buffer.alloc(32, role === 'initiator' ? 2 : 3),
};

export interface SessionPair extends AsyncDisposable {
  readonly initiator: MovableSession;
  readonly responder: MovableSession;
  readonly carriers: CarrierPair;
  readonly tables: { readonly initiator: Udx; readonly responder: Udx };
  readonly instances: { readonly initiator: Uint8Array; readonly responder: Uint8Array };
  /** Carriers that are disposed of with the pair, after the sessions, whose streams they wait for. */
  readonly kept: CarrierPair[];
}

export type SideOptions = Partial<EnterOptions>;

export async function enterBoth(
  carriers: CarrierPair,
  { initiator, responder }: { readonly initiator?: SideOptions; readonly responder?: SideOptions } = {},
): Promise<{ readonly initiator: Entered; readonly responder: Entered }> {
  const common = { identity: CODE, session: null };
  const [first, second] = await Promise.all([
    enterSession(carriers.initiator, { ...common, instance: randomBytes(16), ...initiator }),
    enterSession(carriers.responder, { ...common, instance: randomBytes(16), ...responder }),
  ]);
  return { initiator: first, responder: second };
}

export async function createPair(
  options: {
    readonly faults?: WireFaults;
    readonly sides?: SideOptions;
    readonly tables?: ReturnType<typeof createTables> | undefined;
  } = {},
): Promise<SessionPair> {
  const tables = options.tables ?? createTables();
  const carriers = await createCarriers(tables, options.faults);
  const instances = { initiator: randomBytes(16), responder: randomBytes(16) };
  const entered = await enterBoth(carriers, {
    initiator: { instance: instances.initiator, ...options.sides },
    responder: { instance: instances.responder, ...options.sides },
  });
  const kept: CarrierPair[] = [];
  const [initiator, responder] = [sessionOf(entered.initiator), sessionOf(entered.responder)];
  return {
    ...{ initiator, responder, carriers, tables, instances, kept },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([initiator[Symbol.asyncDispose](), responder[Symbol.asyncDispose]()]);
      await Promise.all([carriers, ...kept].map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

export function sessionOf(entered: Entered): MovableSession {
  if (entered.kind === 'failed') throw new Error(`no session: ${entered.failure.detail}`);
  return entered.session;
}

export interface MoveOptions {
  readonly faults?: WireFaults;
  readonly sides?: SideOptions;
}

/** Both sides shake hands over another path. */
export async function moveBoth(
  { tables, instances, initiator, responder, kept }: SessionPair,
  { faults, sides }: MoveOptions = {},
): Promise<{ readonly carriers: CarrierPair; readonly initiator: Entered; readonly responder: Entered }> {
  const carriers = await createCarriers(tables, faults);
  kept.push(carriers);
  const entered = await enterBoth(carriers, {
    initiator: { instance: instances.initiator, session: initiator, ...sides },
    responder: { instance: instances.responder, session: responder, ...sides },
  });
  return { carriers, ...entered };
}

/** Opens a stream from the initiator, which the responder accepts. */
export async function openBoth(
  { initiator, responder }: Pick<SessionPair, 'initiator' | 'responder'>,
  request = 'a target',
): Promise<readonly [TunnelStream, TunnelStream]> {
  const accepted = Promise.withResolvers<TunnelStream>();
  responder.onOffer((offer) => accepted.resolve(offer.accept()));
  return [await initiator.open(request), await accepted.promise];
}
