/** The frame of each of these tests as a session: replies go to its exchange, and one rule says what follows. */
import type { Arrival, Session } from '../../session.ts';
import { type Exchange, receiveReply, recordSendFailure } from '../probes/exchange.ts';

/** What the frame knows of a test's state. */
export interface Asking<Result> {
  readonly exchange: Exchange;
  /** When the rule is applied next, if nothing happens before. */
  wakeAt: number;
  result: Result | null;
}

interface Rules<State> {
  readonly advance: (now: number, state: State) => void;
  /** Takes a datagram that is none of the exchange's; false when it is one of these. */
  readonly take?: (state: State, arrival: Arrival) => boolean;
}

/** Makes the session of a test that begins in that state. */
export function sessionOf<Result, State extends Asking<Result>>(
  state: State,
  { advance, take = () => false }: Rules<State>,
): Session<Result> {
  const { exchange } = state;
  return {
    handleDatagram: (now, arrival) => {
      if (!take(state, arrival)) receiveReply(now, exchange, arrival);
      advance(now, state);
    },
    handleSendFailure: (now, failure) => {
      recordSendFailure(exchange, failure);
      advance(now, state);
    },
    handleTimeout: (now) => advance(now, state),
    poll: (now) => {
      if (state.wakeAt <= now) advance(now, state);
      if (state.result) return { kind: 'done', result: state.result };
      return exchange.queue.shift() ?? { kind: 'wait', until: state.wakeAt };
    },
  };
}
