/** One side's introductions on a clock that the test turns, with a server and a socket that do as they are told. */
import { createIntroductions, type IntroductionsOptions } from '../../../src/rendezvous/introduction/introductions.ts';
import type {
  BindResult,
  IntroductionInput,
  IntroductionOutput,
  NotJoined,
} from '../../../src/rendezvous/introduction/output.ts';
import type { Told } from '../../../src/rendezvous/introduction/state.ts';
import type { ServerMessageOf } from '../../../src/rendezvous/protocol/server-message.ts';

export const SECRET = 's'.repeat(22);
export const SECRET6 = '6'.repeat(22);
export const OWN = { address: '203.0.113.101', port: 40_000 };
export const TOLD: Told = {
  candidates: [],
  behavior: { mapping: 'endpoint-independent', filtering: 'endpoint-independent' },
};
export const OWN6 = { address: '2001:db8:a::1', port: 40_006 };
export const BOUND6: BindResult = { outcome: 'bound', public: OWN6, rttMs: 1 };
export const BOUND: BindResult = { outcome: 'bound', public: OWN, rttMs: 1 };

export function joinedWith(expiresInMs = 120_000, hasSecond = false): ServerMessageOf<'joined'> {
  const ticket = { username: SECRET, password: SECRET, expiresInMs };
  return {
    type: 'joined',
    id: 'alice',
    room: 'test',
    peers: [],
    resumed: false,
    resumeKey: SECRET,
    ticket,
    ...(hasSecond && { ticket6: { ...ticket, username: SECRET6 } }),
    stun: { port: 3478, altPort: 3479, ...(hasSecond && { addresses: ['203.0.113.10', '2001:db8::10'] }) },
  };
}

interface Join {
  readonly afterMs: number;
  readonly refused?: NotJoined;
}

export interface SideOptions extends Partial<IntroductionsOptions> {
  /** The life of every ticket. */
  readonly expiresInMs?: number;
  /** What the n-th binding, counted from 1, comes to; null: it never ends. Default: BOUND. */
  readonly bind?: (count: number) => BindResult | null;
  /** What the n-th binding of the second socket comes to, and when; null: it never ends. Left out: the server offers none. */
  readonly bindSecond?: (count: number) => { readonly afterMs: number; readonly result: BindResult } | null;
  /** How the n-th join ends, and after how many ms. Default: joined at once. */
  readonly join?: (count: number) => Join;
  /** What the n-th gathering, counted from 1, comes to, and when; null: it never ends. Default: TOLD at once. */
  readonly gather?: (count: number) => { readonly afterMs: number; readonly told: Told } | null;
  /** Whether the connection is closed as soon as the socket is bound. */
  readonly closesOnBind?: boolean;
}

/** Seconds since the start are what is noted; times of the machine are ms. */
export function createSide(options: SideOptions = {}) {
  const { expiresInMs, bind = () => BOUND, join = (): Join => ({ afterMs: 0 }) } = options;
  const { gather = () => ({ afterMs: 0, told: TOLD }) } = options;
  const machine = createIntroductions<Told>({ joinWaitMs: 60_000, ...options });
  const later: { readonly at: number; readonly input: IntroductionInput<Told> }[] = [];
  const noted = {
    joins: [] as number[],
    tickets: [] as number[],
    bindings: [] as number[],
    secondBindings: [] as number[],
  };
  const outputs: IntroductionOutput<Told>[] = [];
  let clock = 0;

  const after = (ms: number, input: IntroductionInput<Told>): void => void later.push({ at: clock + ms, input });
  const obey = (output: IntroductionOutput<Told>): void => {
    outputs.push(output);
    if (output.kind === 'join') {
      const { afterMs, refused } = join(noted.joins.push(clock / 1000));
      const joined = joinedWith(expiresInMs, options.bindSecond !== undefined);
      const accepted = { kind: 'joined', joined, address: '203.0.113.10' } as const;
      after(afterMs, refused ? { kind: 'not-joined', ...refused } : accepted);
    }
    if (output.kind === 'gather') {
      const { gathering } = output;
      const gathered = gather(gathering);
      if (gathered) after(gathered.afterMs, { kind: 'gathered', gathering, told: gathered.told });
    }
    if (output.kind === 'send' && output.message.type === 'ticket') {
      noted.tickets.push(clock / 1000);
      const { ticket, ticket6 } = joinedWith(expiresInMs, options.bindSecond !== undefined);
      after(0, { kind: 'message', message: { type: 'ticket', ticket, ...(ticket6 && { ticket6 }) } });
    }
    if (output.kind === 'bind-second') {
      const bound = options.bindSecond?.(noted.secondBindings.push(clock / 1000));
      if (bound) after(bound.afterMs, { kind: 'second-bound', binding: output.binding, result: bound.result });
    }
    if (output.kind !== 'bind') return;
    const result = bind(noted.bindings.push(clock / 1000));
    if (options.closesOnBind) after(0, { kind: 'closed', code: 1011, reason: 'again' });
    else if (result) after(0, { kind: 'bound', binding: output.binding, result });
  };
  const tell = (input: IntroductionInput<Told>): void => {
    for (const output of machine.handle(clock, input)) obey(output);
  };
  /** Lets everything happen up to that time. */
  const runUntil = (endMs: number): void => {
    for (let steps = 0; steps < 100_000; steps++) {
      const [next] = later.toSorted((one, other) => one.at - other.at);
      const wakeAt = machine.wakeAt();
      const at = Math.max(clock, Math.min(next?.at ?? Number.POSITIVE_INFINITY, wakeAt));
      if (at > endMs) break;
      clock = at;
      if (next && next.at <= at) tell(later.splice(later.indexOf(next), 1)[0]?.input ?? { kind: 'timeout' });
      else tell({ kind: 'timeout' });
    }
    clock = endMs;
  };
  return {
    tell,
    runUntil,
    noted,
    outputs,
    of: <K extends IntroductionOutput<Told>['kind']>(kind: K) =>
      outputs.filter((one): one is Extract<IntroductionOutput<Told>, { kind: K }> => one.kind === kind),
    notices: () => outputs.flatMap((one) => (one.kind === 'notice' ? [one.text] : [])),
    sent: () => outputs.flatMap((one) => (one.kind === 'send' ? [one.message] : [])),
  };
}
