/**
 * A peer in the simulated network as the product makes it: the introductions (src/rendezvous/introduction), the binding of
 * its socket by tickets, and an attempt for each peer that it is introduced to, all over one socket.
 */
import { type Endpoint, sameEndpoint } from '../../../src/endpoint.ts';
import { createPunchBudget, INTRODUCTIONS_MAX, type PunchBudget } from '../../../src/punch/attempt/budget.ts';
import { candidateAgent } from '../../../src/punch/attempt/candidate-agent.ts';
import type { PunchPlan } from '../../../src/punch/attempt/plan.ts';
import { createIntroductions, type IntroductionsOptions } from '../../../src/rendezvous/introduction/introductions.ts';
import type {
  BindResult,
  Input,
  IntroductionFailure,
  Output,
  PeerNews,
} from '../../../src/rendezvous/introduction/output.ts';
import type { ToldBehavior } from '../../../src/rendezvous/protocol/fields.ts';
import { createTicketBinding } from '../../../src/rendezvous/ticket-binding.ts';
import { driveSession, type SimDriver } from '../network/driver.ts';
import type { Host } from '../network/host.ts';
import type { World } from '../network/world.ts';
import type { RendezvousServer } from '../server/rendezvous-server.ts';
import { type SimAttempt, type SimConnected, startAttempt } from './attempt.ts';
import { createSimClient } from './connection.ts';
import type { SimIntroduced, SimTold } from './told.ts';

export type SimMet =
  | SimConnected
  | { readonly kind: 'not-introduced'; readonly at: number; readonly reason: IntroductionFailure };

/** How one peer fares with another. */
export interface SimMeeting {
  /** Null until it is over. */
  readonly outcome: () => SimMet | null;
  /** Of the last introduction; null before one. */
  readonly plan: () => PunchPlan | null;
  readonly introductions: () => number;
  /** When the last attempt was told to begin. */
  readonly startAt: () => number | null;
}

export interface SimRoom {
  readonly id: string;
  /** Begins to meet that peer. */
  readonly meet: (peer: string, options?: { readonly waitMs?: number }) => SimMeeting;
  /** Ends the process, without a word to anybody. */
  readonly die: () => void;
}

export interface SimRoomOptions extends Partial<IntroductionsOptions> {
  readonly id: string;
  readonly host: Host;
  readonly rendezvous: RendezvousServer;
  /** The STUN endpoint that takes tickets. */
  readonly server: Endpoint;
  readonly behavior: ToldBehavior;
  /** How long a message to or from the rendezvous takes, one way; default: no time. */
  readonly delayMs?: () => number;
}

const WAIT_MS = 60_000;

interface Meeting {
  readonly peer: string;
  readonly waitMs: number;
  readonly budget: PunchBudget;
  attempt: SimAttempt | null;
  introductions: number;
  outcome: SimMet | null;
}

/** Joins with the first `meet`. */
export function createSimRoom(world: World, options: SimRoomOptions): SimRoom {
  const { id, host, rendezvous, server, behavior, delayMs = () => 0, joinWaitMs = WAIT_MS } = options;
  const { clock } = world;
  const random = host.random.fork(`punch ${id}`);
  const meetings = new Map<string, Meeting>();
  const machine = createIntroductions<SimTold>({ ...options, joinWaitMs });
  let binding: SimDriver | null = null;
  let alarmAt = Number.POSITIVE_INFINITY;
  let isDead = false;

  const socket = host.open((from, bytes) => {
    if (binding && sameEndpoint(from, server)) return void binding.receive('punch', from, bytes);
    for (const { attempt } of meetings.values()) if (attempt?.receive(from, bytes)) return;
  });
  const tell = (input: Input<SimTold>): void => {
    if (isDead) return;
    for (const output of machine.handle(clock.now(), input)) obey(output);
    wakeLater();
  };
  const wakeLater = (): void => {
    const until = machine.wakeAt();
    if (until >= alarmAt) return;
    alarmAt = until;
    clock.schedule(until, () => {
      if (alarmAt !== until) return;
      alarmAt = Number.POSITIVE_INFINITY;
      tell({ kind: 'timeout' });
    });
  };
  const client = createSimClient<SimTold>(world, { server: rendezvous, id, source: host.name, delayMs, tell });

  function obey(output: Output<SimTold>): void {
    switch (output.kind) {
      case 'join':
        client.join(output.resumeKey);
        break;
      case 'send':
        client.send(output.message);
        break;
      case 'bind':
        bind(output);
        break;
      case 'unbind':
        binding = null;
        break;
      case 'gather':
        clock.schedule(clock.now(), () => tell({ kind: 'gathered', told: toldAt(output.own) }));
        break;
      case 'introduced':
        introduced(output);
        break;
      case 'news':
        hear(output.peer, output.news);
        break;
      case 'not-introduced':
        settle(output.peer, output.reason);
        break;
      case 'failed':
        for (const peer of meetings.keys()) settle(peer, output.reason);
        break;
    }
  }
  function bind({ binding: number, ticket }: Extract<Output<SimTold>, { kind: 'bind' }>): void {
    const session = createTicketBinding({ ticket, server, randomBytes: random.bytes });
    const mine = driveSession(world, {
      session,
      host,
      sockets: new Map([['punch', socket]]),
      onDone: (result: BindResult) => {
        if (binding !== mine) return;
        binding = null;
        tell({ kind: 'bound', binding: number, result });
      },
    });
    binding = mine;
    clock.schedule(clock.now(), () => mine.wake());
  }
  function toldAt(own: Endpoint): SimTold {
    const agentOf = candidateAgent({
      direct: { local: socket.local, seen: own, server: server.address },
      relay: null,
      randomBytes: random.bytes,
    });
    return { candidates: agentOf.candidates, behavior, agentOf };
  }
  function introduced(output: SimIntroduced): void {
    const { peer } = output.introduction;
    const meeting = meetings.get(peer);
    if (!meeting || meeting.outcome) return;
    meeting.introductions++;
    meeting.attempt = startAttempt(world, {
      ...{ id, host, socket, server, random, output, budget: meeting.budget },
      onTell: (data) => tell({ kind: 'signal', peer, data }),
      onSettled: (result) => {
        if (!isDead) end(meeting, result);
      },
    });
  }
  function end(meeting: Meeting, result: SimConnected | 'void'): void {
    if (result !== 'void') meeting.outcome ??= result;
    else if (meeting.introductions === INTRODUCTIONS_MAX) settle(meeting.peer, 'no-peer');
    else tell({ kind: 'want', peer: meeting.peer, waitMs: meeting.waitMs });
  }
  function hear(peer: string, news: PeerNews): void {
    meetings.get(peer)?.attempt?.hear(news);
  }
  function settle(peer: string, reason: IntroductionFailure): void {
    const meeting = meetings.get(peer);
    if (meeting) meeting.outcome ??= { kind: 'not-introduced', at: clock.now(), reason };
  }
  return {
    id,
    meet: (peer, { waitMs = WAIT_MS } = {}) => {
      const meeting: Meeting = {
        ...{ peer, waitMs, budget: createPunchBudget() },
        ...{ attempt: null, introductions: 0, outcome: null },
      };
      meetings.set(peer, meeting);
      clock.schedule(clock.now(), () => tell({ kind: 'want', peer, waitMs }));
      return {
        outcome: () => meeting.outcome,
        plan: () => meeting.attempt?.plan ?? null,
        introductions: () => meeting.introductions,
        startAt: () => meeting.attempt?.startAt ?? null,
      };
    },
    die: () => {
      isDead = true;
      for (const { attempt } of meetings.values()) attempt?.stop();
      socket.close();
      client.drop();
    },
  };
}
