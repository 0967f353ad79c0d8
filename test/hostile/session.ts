/** Drives a sans-IO session on virtual time while somebody hostile answers it. */
import type { Random } from '../../lab/sim/network/random.ts';
import type { Endpoint } from '../../src/endpoint.ts';
import type { Output, Session } from '../../src/session.ts';
import { type Feed, hold } from './target.ts';
import { chance } from './values.ts';

export type Sent = Extract<Output<unknown>, { readonly kind: 'transmit' }>;

/** More than a session has to say, or to wait, in all its life. */
const OUTPUTS_MAX = 20_000;
/** How many sent datagrams are kept, to be answered. */
const KEPT = 16;
/** Deadlines in a row that were past when they were told: a driver would turn in circles. */
const PAST_MAX = 50;

export interface Answer {
  readonly from: Endpoint;
  readonly bytes: Uint8Array;
}

/** Until it is done. @throws Error when that does not come by `endsBy`, or within a bound of steps. */
export function driveHostile<Result>(
  session: Session<Result>,
  options: {
    readonly random: Random;
    readonly feed: Feed;
    /** What comes in, after what was sent. */
    readonly answer: (sent: Sent) => Answer;
    /** Another of its sockets, to which an answer comes now and then. */
    readonly otherSocket: string;
    readonly startAt?: number;
    /** By when it has to be done by itself, in ms of its clock. */
    readonly endsBy: number;
  },
): Result {
  const { random, feed, answer, otherSocket, startAt = 0, endsBy } = options;
  const sent: Sent[] = [];
  let now = startAt;
  let past = 0;
  for (let outputs = 0; outputs < OUTPUTS_MAX; outputs++) {
    const output = session.poll(now);
    switch (output.kind) {
      case 'done':
        return output.result;
      case 'connect': {
        const { to } = output;
        session.handleConnect?.(now, { to, outcome: random.pick(['accepted', 'failed']) });
        break;
      }
      case 'transmit':
        if (chance(random, 0.02)) session.handleSendFailure(now, { ...output, code: 'EPERM' });
        sent.push(output);
        if (sent.length > KEPT) sent.shift();
        break;
      case 'wait': {
        const { until } = output;
        past = until <= now ? past + 1 : 0;
        hold(past < PAST_MAX, `it waits until ${until}, which is past at ${now}`);
        hold(until !== Number.POSITIVE_INFINITY && until <= endsBy, `at ${now} it waits until ${until}`);
        const first = sent[random.integer(sent.length)];
        if (first && chance(random, 0.6)) {
          const { from, bytes } = answer(first);
          const socket = chance(random, 0.95) ? first.socket : otherSocket;
          now += chance(random, 0.5) ? 0 : random.next() * Math.max(0, until - now);
          feed(() => session.handleDatagram(now, { socket, from, bytes }));
        } else {
          now = Math.max(now, until);
          session.handleTimeout(now);
        }
      }
    }
  }
  throw new Error(`not done after ${OUTPUTS_MAX} outputs, at ${now} ms`);
}
