/** Meets others through the simulated brokers, by the product's own machine, as src/punch/room/broker-connection.ts does. */
import { createBrokerMeeting } from '../../../../src/rendezvous/broker/broker-meeting.ts';
import type { BrokerInput, BrokerOutput } from '../../../../src/rendezvous/broker/input-output.ts';
import type { IntroductionInput } from '../../../../src/rendezvous/introduction/output.ts';
import { PROTOCOL_VERSION } from '../../../../src/rendezvous/protocol/client-message.ts';
import { told } from '../../../../src/rendezvous/told.ts';
import { createAlarm } from '../../network/clock.ts';
import type { Random } from '../../network/random.ts';
import type { World } from '../../network/world.ts';
import type { SimBrokerClient, SimBrokers } from '../../server/brokers.ts';
import { ROOM, type SimClient } from './connection.ts';

interface BrokerClientOptions<Told> {
  readonly brokers: SimBrokers;
  readonly id: string;
  readonly random: Random;
  /** How long a message takes over this side's link, one way. */
  readonly delayMs: () => number;
  readonly tell: (input: IntroductionInput<Told>) => void;
}

interface State<Told> extends BrokerClientOptions<Told> {
  readonly world: World;
  readonly meeting: ReturnType<typeof createBrokerMeeting>;
  /** Null before the first join. */
  client: SimBrokerClient | null;
  isJoining: boolean;
  isDead: boolean;
  readonly wakeBy: (until: number) => void;
}

/** No second socket is offered: the lab's STUN servers are those of IPv4. */
const STUN = { port: 3478, altPort: 3478 };

export function createBrokerClient<Told>(world: World, options: BrokerClientOptions<Told>): SimClient {
  const { random } = options;
  const meeting = createBrokerMeeting({ key: options.brokers.key, stun: () => STUN, randomBytes: random.bytes });
  const state: State<Told> = {
    ...options,
    ...{ world, meeting, client: null },
    ...{ isJoining: false, isDead: false },
    wakeBy: createAlarm(world.clock, () => handle(state, { kind: 'timeout' })),
  };
  return {
    join: () => join(state),
    send: (message) => handle(state, { kind: 'say', message }),
    seen: (socket, endpoint) => handle(state, { kind: 'seen', socket, endpoint }),
    drop: () => {
      state.isDead = true;
      state.client?.close();
    },
  };
}

function join<Told>(state: State<Told>): void {
  const { brokers, delayMs } = state;
  state.isJoining = true;
  state.client ??= brokers.connect({
    delayMs,
    onOpened: (broker) => {
      handle(state, { kind: 'opened', broker });
      sayJoin(state);
    },
    onMessage: (broker, bytes) => handle(state, { kind: 'heard', broker, bytes }),
    onAllFailed: () => allFailed(state),
  });
  if (state.client.open() > 0) sayJoin(state);
}

function allFailed<Told>(state: State<Told>): void {
  const { isJoining, tell } = state;
  const reason = 'every broker is dead';
  state.isJoining = false;
  if (isJoining) tell({ kind: 'not-joined', outcome: 'unreachable', reason, sign: 'absent' });
  else tell({ kind: 'closed', code: 1006, reason });
}

function sayJoin<Told>(state: State<Told>): void {
  if (!state.isJoining) return;
  state.isJoining = false;
  handle(state, { kind: 'say', message: { type: 'join', version: PROTOCOL_VERSION, room: ROOM, id: state.id } });
}

function handle<Told>(state: State<Told>, input: BrokerInput): void {
  if (state.isDead) return;
  const { world, meeting } = state;
  const outputs = meeting.handle(world.clock.now(), input);
  state.wakeBy(meeting.wakeAt());
  for (const output of outputs) obey(state, output);
}

function obey<Told>({ client, tell }: State<Told>, output: BrokerOutput): void {
  switch (output.kind) {
    case 'publish':
      client?.publish(output.broker, output.bytes);
      break;
    case 'tell':
      tell(told(output.message));
      break;
    case 'notice':
      break;
  }
}
