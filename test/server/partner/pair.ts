/** Two links to each other on virtual time, and the way between them, which a test may cut, delay, record and repeat. */

import { createRandom } from '../../../lab/sim/network/random.ts';
import type { PartnerInput, PartnerOutput } from '../../../server/partner/decisions/input-output.ts';
import {
  createPartnerLink,
  type PartnerLink,
  type PartnerLinkOptions,
} from '../../../server/partner/decisions/link.ts';
import { HELLO_MS } from '../../../server/partner/decisions/standing.ts';
import type { HandOver } from '../../../server/stun/decisions/hand-over.ts';
import { CLIENT, TRANSACTION_ID } from '../stun/requests.ts';

export const SECRET = 'a secret that both of the partners have';
export const PORTS = { port: 3478, altPort: 3479 };

export const HAND_OVER: HandOver = {
  transactionId: TRANSACTION_ID,
  hasFingerprint: false,
  mapped: CLIENT,
  toPort: CLIENT.port,
  arrivedAt: 'port',
  changesPort: true,
  requestBytes: 28,
};

export type Side = 'a' | 'b';
const OTHER = { a: 'b', b: 'a' } as const;

export type PagesOutput = Extract<PartnerOutput, { readonly kind: 'carried' | 'transmit' | 'lease' }>;

export interface SentDatagram {
  readonly by: Side;
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

export interface Pair {
  readonly now: () => number;
  /** Everything that either has sent, in order. */
  readonly sent: readonly SentDatagram[];
  readonly replies: Readonly<Record<Side, HandOver[]>>;
  /** What each has told of the other, in order. */
  readonly standings: Readonly<Record<Side, string[]>>;
  /** What each wants done for pages, in order. */
  readonly pages: Readonly<Record<Side, PagesOutput[]>>;
  readonly link: (side: Side) => PartnerLink;
  readonly tell: (side: Side, input: PartnerInput) => void;
  /** Lets time pass; each side that lives has a tick every HELLO_MS. */
  readonly pass: (ms: number) => void;
  /** Which sides are running: a stopped one neither ticks nor hears. */
  readonly alive: Record<Side, boolean>;
  /** Whether the answers to that side are lost, and nothing else. */
  readonly deaf: Record<Side, boolean>;
  /** Whether what that side sends is lost. */
  readonly muted: Record<Side, boolean>;
  /** Begins a new process on that side. */
  readonly restart: (side: Side, options?: Partial<PartnerLinkOptions>) => void;
}

/** Two links that have just been created; datagrams take no time. */
export function createPair(options: Partial<Record<Side, Partial<PartnerLinkOptions>>> = {}, seed = 1): Pair {
  const random = createRandom(seed);
  const create = (own: Partial<PartnerLinkOptions> = {}): PartnerLink =>
    createPartnerLink({ secret: SECRET, family: 'IPv4', ports: PORTS, randomBytes: random.bytes, ...own });
  const links = { a: create(options.a), b: create(options.b) };
  const sent: SentDatagram[] = [];
  const replies: Record<Side, HandOver[]> = { a: [], b: [] };
  const standings: Record<Side, string[]> = { a: [], b: [] };
  const pages: Record<Side, PagesOutput[]> = { a: [], b: [] };
  const alive = { a: true, b: true };
  const muted = { a: false, b: false };
  const deaf = { a: false, b: false };
  /** How many answers of each have been passed on; an answer comes before what else is sent at once. */
  const answers = { a: 0, b: 0 };
  let now = 0;
  const queue: { readonly to: Side; readonly input: PartnerInput }[] = [];
  const tell = (side: Side, input: PartnerInput): void => {
    queue.push({ to: side, input });
    if (queue.length > 1) return;
    for (let next = queue[0]; next; next = queue[0]) {
      for (const output of links[next.to].handle(now, next.input)) carryOut(next.to, output);
      queue.shift();
    }
  };
  const carryOut = (side: Side, output: PartnerOutput): void => {
    if (output.kind === 'reply') replies[side].push(output.handOver);
    else if (output.kind === 'standing') standings[side].push(output.standing);
    else if (output.kind !== 'send') pages[side].push(output);
    else {
      sent.push({ by: side, atMs: now, bytes: output.bytes });
      const to = OTHER[side];
      const isAnswer = links[side].counts.sent.answer > answers[side];
      answers[side] = links[side].counts.sent.answer;
      if (alive[to] && !muted[side] && !(deaf[to] && isAnswer)) tell(to, { kind: 'datagram', bytes: output.bytes });
    }
  };
  const pass = (ms: number): void => {
    for (const end = now + ms; now < end; ) {
      const next = Math.min(end, (Math.floor(now / HELLO_MS) + 1) * HELLO_MS);
      now = next;
      if (now % HELLO_MS !== 0) continue;
      for (const side of ['a', 'b'] as const) if (alive[side]) tell(side, { kind: 'tick' });
    }
  };
  return {
    ...{ sent, replies, standings, pages, tell, pass, alive, muted, deaf },
    now: () => now,
    link: (side) => links[side],
    restart: (side, own = {}) => {
      links[side] = create({ ...options[side], ...own });
    },
  };
}
