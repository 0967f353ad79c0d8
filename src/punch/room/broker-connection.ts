/** The connection of a room to the others in it through brokers, where there is no server: sealed messages in its place. */
import { randomBytes } from 'node:crypto';
import type { Resolver } from '../../net/lookup/resolver.ts';
import { type RunningMachine, startMachine } from '../../net/machine.ts';
import { type BrokerEvent, type BrokerPool, openBrokers } from '../../net/rendezvous/broker/pool.ts';
import type { BrokerUrl } from '../../net/rendezvous/broker/url.ts';
import { createBrokerMeeting } from '../../rendezvous/broker/broker-meeting.ts';
import type { BrokerInput, BrokerOutput } from '../../rendezvous/broker/input-output.ts';
import { PROTOCOL_VERSION } from '../../rendezvous/protocol/client-message.ts';
import type { StunOffer } from '../../rendezvous/protocol/fields.ts';
import { told } from '../../rendezvous/told.ts';
import type { Connection, ConnectionInput } from './connection.ts';

export interface BrokerConnectionOptions {
  readonly brokers: readonly BrokerUrl[];
  readonly topic: string;
  /** What the messages are sealed with: 32 bytes. */
  readonly key: Uint8Array;
  readonly id: string;
  readonly room: string;
  /** Returns the STUN servers that are known by the time of a join. */
  readonly stun: () => StunOffer;
  /** A certificate authority in PEM, to trust in place of the system's. */
  readonly ca?: string | undefined;
  readonly resolver: Resolver;
  readonly onNotice: (text: string) => void;
  /** What is said where another side has the id of this one; by default a sentence that names the id. */
  readonly sameId?: string | undefined;
}

interface State {
  readonly options: BrokerConnectionOptions;
  readonly signal: AbortSignal;
  readonly machine: RunningMachine<BrokerInput>;
  /** Null before the first join. */
  pool: BrokerPool | null;
  tell: (input: ConnectionInput) => void;
  /** Whether a join waits for a broker. */
  isJoining: boolean;
  /** The brokers that failed, and have not been open since; each is told of once. */
  readonly failed: Set<number>;
}

/** Nothing is connected to before the first join. */
export function brokerConnection(options: BrokerConnectionOptions, signal: AbortSignal): Connection {
  const meeting = createBrokerMeeting({ ...options, randomBytes });
  const machine = startMachine<BrokerInput, BrokerOutput>({ machine: meeting, obey: (output) => obey(state, output) });
  const state: State = {
    ...{ options, signal, machine, pool: null, tell: () => {} },
    ...{ isJoining: false, failed: new Set() },
  };
  return {
    join: (_resumeKey, tell) => join(state, tell),
    say: (message) => machine.tell({ kind: 'say', message }),
    seen: (socket, endpoint) => machine.tell({ kind: 'seen', socket, endpoint }),
    // What passes through brokers is sealed.
    isOverheard: () => false,
    [Symbol.asyncDispose]: async () => {
      machine.tell({ kind: 'say', message: { type: 'leave' } });
      machine[Symbol.dispose]();
      await state.pool?.[Symbol.asyncDispose]();
    },
  };
}

/** Stays pending for as long as nothing is broken. @throws what the machine or the pool has thrown. */
async function join(state: State, tell: (input: ConnectionInput) => void): Promise<never> {
  const { options, machine, signal } = state;
  signal.throwIfAborted();
  state.tell = tell;
  state.isJoining = true;
  state.pool ??= openBrokers({
    ...options,
    urls: options.brokers,
    random: () => randomBytes(1).readUInt8() / 256,
    onEvent: (event) => hear(state, event),
  });
  if (state.pool.open() > 0) sayJoin(state);
  return await Promise.race([state.pool.broken, machine.broken]);
}

function sayJoin(state: State): void {
  const { id, room } = state.options;
  state.isJoining = false;
  state.machine.tell({ kind: 'say', message: { type: 'join', version: PROTOCOL_VERSION, room, id } });
}

function hear(state: State, event: BrokerEvent): void {
  const { machine, failed, options } = state;
  switch (event.kind) {
    case 'opened':
      failed.delete(event.broker);
      machine.tell(event);
      if (state.isJoining) sayJoin(state);
      break;
    case 'heard':
      machine.tell(event);
      break;
    case 'failed':
      if (!failed.has(event.broker)) options.onNotice(`a broker is left out: ${event.reason}`);
      failed.add(event.broker);
      break;
    case 'all-failed':
      allFailed(state, event.reasons.join('; '));
      break;
  }
}

function allFailed(state: State, reason: string): void {
  const { isJoining, tell } = state;
  state.isJoining = false;
  if (isJoining) tell({ kind: 'not-joined', outcome: 'unreachable', reason, sign: 'absent' });
  else tell({ kind: 'closed', code: 1006, reason });
}

function obey(state: State, output: BrokerOutput): void {
  const { pool, options, tell } = state;
  switch (output.kind) {
    case 'publish':
      pool?.publish(output.broker, output.bytes);
      break;
    case 'notice':
      options.onNotice(output.text);
      break;
    case 'tell':
      tell(told(output.message));
      break;
  }
}
