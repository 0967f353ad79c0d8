/** Two sessions with one another over a test carrier. */
import { randomBytes } from 'node:crypto';
import type { Udx } from '../../../src/net/udx/native.ts';
import type { Identity } from '../../../src/tunnel/handshake/identity.ts';
import { type Entered, type EnterOptions, enterSession } from '../../../src/tunnel/session/enter-session.ts';
import type { Session } from '../../../src/tunnel/session/session.ts';
import { type CarrierPair, createCarriers, createTables, type WireFaults } from './wire.ts';

export const CODE: Identity = {
  kind: 'code',
  psk: Buffer.alloc(32, 1),
  staticSeed: (role) => Buffer.alloc(32, role === 'initiator' ? 2 : 3),
};

export interface SessionPair extends AsyncDisposable {
  readonly initiator: Session;
  readonly responder: Session;
  readonly carriers: CarrierPair;
  readonly tables: { readonly initiator: Udx; readonly responder: Udx };
  readonly instances: { readonly initiator: Uint8Array; readonly responder: Uint8Array };
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
  options: { readonly faults?: WireFaults; readonly sides?: SideOptions } = {},
): Promise<SessionPair> {
  const tables = createTables();
  const carriers = await createCarriers(tables, options.faults);
  const instances = { initiator: randomBytes(16), responder: randomBytes(16) };
  const entered = await enterBoth(carriers, {
    initiator: { instance: instances.initiator, ...options.sides },
    responder: { instance: instances.responder, ...options.sides },
  });
  const [initiator, responder] = [sessionOf(entered.initiator), sessionOf(entered.responder)];
  return {
    ...{ initiator, responder, carriers, tables, instances },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([initiator[Symbol.asyncDispose](), responder[Symbol.asyncDispose]()]);
      await carriers[Symbol.asyncDispose]();
    },
  };
}

export function sessionOf(entered: Entered): Session {
  if (entered.kind === 'failed') throw new Error(`no session: ${entered.failure.detail}`);
  return entered.session;
}
