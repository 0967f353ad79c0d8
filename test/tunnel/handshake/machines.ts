/** Both sides of a handshake, with a wire in the test's hands and a clock that it moves. */
import { createRequire } from 'node:module';
import { expect } from 'vitest';
import type { Agreement } from '../../../src/tunnel/handshake/agreement.ts';
import type { Handshake, HandshakeOptions, HandshakeOutput } from '../../../src/tunnel/handshake/contract.ts';
import { createHandshake } from '../../../src/tunnel/handshake/handshake.ts';
import type { Identity, Role } from '../../../src/tunnel/handshake/identity.ts';
import { decodeMessage } from '../../../src/tunnel/handshake/message.ts';
import type { NoiseLibrary } from '../../../src/tunnel/handshake/noise.ts';

const require = createRequire(import.meta.url);
export const LIBRARY: NoiseLibrary = { Noise: require('noise-handshake'), curve: require('noise-curve-ed') };
export const CODE = codeOf(1);
export const ANYONE: Identity = { kind: 'anyone' };

export function codeOf(byte: number): Identity {
  const staticSeed = (role: Role): Uint8Array => Buffer.alloc(32, byte + (role === 'initiator' ? 100 : 200));
  return { kind: 'code', psk: Buffer.alloc(32, byte), staticSeed };
}

export function machineOf(role: Role, options: Partial<HandshakeOptions> = {}): Handshake {
  return createHandshake({
    ...{ library: LIBRARY, identity: CODE, role, binding: Buffer.from('this path'), rttMs: null, timeoutMs: 10_000 },
    payload: { instance: Buffer.alloc(16, role === 'initiator' ? 7 : 8), session: null, control: 9 },
    ...options,
  });
}

/** What a datagram of the handshake is called, and how many like it there were. */
export interface Passing {
  readonly name: string;
  readonly from: Role;
  readonly bytes: Uint8Array;
}

export interface Run {
  readonly outcomes: { initiator: Outcome | null; responder: Outcome | null };
  readonly passed: readonly Passing[];
  readonly elapsedMs: number;
}

type Outcome = Exclude<HandshakeOutput, { kind: 'send' }>;

/** Runs both until nothing is due any more. `wire` says what arrives in place of each datagram. */
export function run(
  sides: { readonly initiator: Handshake; readonly responder: Handshake },
  wire: (passing: Passing, passed: readonly Passing[]) => readonly Uint8Array[] = ({ bytes }) => [bytes],
): Run {
  const outcomes: Run['outcomes'] = { initiator: null, responder: null };
  const passed: Passing[] = [];
  let now = 0;
  const obey = (from: Role, outputs: readonly HandshakeOutput[]): void => {
    for (const output of outputs) {
      if (output.kind !== 'send') {
        outcomes[from] = output;
        continue;
      }
      const passing = { from, bytes: output.bytes, name: decodeMessage(output.bytes)?.type ?? 'none' };
      const arriving = wire(passing, passed);
      passed.push(passing);
      const to = from === 'initiator' ? 'responder' : 'initiator';
      for (const bytes of arriving) obey(to, sides[to].handle(now, { kind: 'datagram', bytes }));
    }
  };
  obey('responder', sides.responder.handle(now, { kind: 'start' }));
  obey('initiator', sides.initiator.handle(now, { kind: 'start' }));
  for (let turn = 0; turn < 200; turn++) {
    const due = Math.min(sides.initiator.wakeAt(), sides.responder.wakeAt());
    if (due === Number.POSITIVE_INFINITY) break;
    now = due;
    for (const role of ['initiator', 'responder'] as const) {
      if (sides[role].wakeAt() <= now) obey(role, sides[role].handle(now, { kind: 'timeout' }));
    }
  }
  return { outcomes, passed, elapsedMs: now };
}

export function pair(options: Partial<HandshakeOptions> = {}): {
  readonly initiator: Handshake;
  readonly responder: Handshake;
} {
  return { initiator: machineOf('initiator', options), responder: machineOf('responder', options) };
}

export function agreementsOf({ outcomes }: Run): readonly [Agreement, Agreement] {
  const { initiator, responder } = outcomes;
  if (initiator?.kind !== 'agreed' || responder?.kind !== 'agreed') throw new Error(JSON.stringify(outcomes));
  return [initiator.agreement, responder.agreement];
}

export function expectAgreed(result: Run): void {
  const [initiator, responder] = agreementsOf(result);
  expect(initiator.tx).toEqual(responder.rx);
  expect(initiator.rx).toEqual(responder.tx);
  expect(initiator.hash).toEqual(responder.hash);
}

export function damaged(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** The one datagram among these outputs, in hexadecimal. */
export function sentBy(outputs: readonly HandshakeOutput[]): string {
  const sent = outputs.flatMap((output) => (output.kind === 'send' ? [Buffer.from(output.bytes).toString('hex')] : []));
  expect(sent).toHaveLength(1);
  return sent[0] ?? '';
}
