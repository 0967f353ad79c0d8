/** What the parts of one TURN client share, and the ways out of it. */
import type { Endpoint } from '../endpoint.ts';
import type { TurnOutput, Untimed } from './event.ts';
import { reasonOfCode, type TurnFailure } from './failure.ts';
import type { Answer, Transactions } from './transaction.ts';

/** `closing`: its owner has closed it, and the server is being told. */
export type Phase = 'allocating' | 'allocated' | 'closing' | 'closed';

export interface ClientState {
  phase: Phase;
  /** Null until the server has said it. */
  relayed: Endpoint | null;
  readonly transactions: Transactions;
  readonly emit: (now: number, event: Untimed) => void;
  /** Ends an allocation that the server no longer has, or that cannot be kept. */
  readonly lose: (now: number, failure: TurnFailure) => void;
  readonly end: () => void;
}

export interface Exit {
  readonly transmit: (bytes: Uint8Array) => void;
  readonly emit: ClientState['emit'];
  readonly dequeue: () => TurnOutput | undefined;
}

/** The queue of what is to be done outside. */
export function createExit({ socket, to }: { readonly socket: string; readonly to: Endpoint }): Exit {
  const queue: TurnOutput[] = [];
  return {
    transmit: (bytes) => void queue.push({ kind: 'transmit', socket, to, bytes }),
    emit: (at, event) => void queue.push({ kind: 'event', event: { at, ...event } as never }),
    dequeue: () => queue.shift(),
  };
}

export function createClientState({ transactions, emit }: Pick<ClientState, 'transactions' | 'emit'>): ClientState {
  const state: ClientState = {
    phase: 'allocating',
    relayed: null,
    transactions,
    emit,
    lose: (now, failure) => {
      if (state.phase === 'allocated') emit(now, { kind: 'lost', ...failure });
      state.end();
    },
    end: () => {
      state.phase = 'closed';
      transactions.clear();
    },
  };
  return state;
}

/** RFC 8489 §14.8 has fewer than 128; a server that says more is not read further, as users read it. */
const REASON_MAX_CHARACTERS = 127;

/** What an answer other than success means. */
export function failureOf(answer: Exclude<Answer, { kind: 'success' }>): TurnFailure {
  if (answer.kind === 'error') {
    const { code, text } = answer;
    return { reason: reasonOfCode(code), code, detail: text.slice(0, REASON_MAX_CHARACTERS) };
  }
  return { reason: answer.because === 'forged' ? 'wrong-integrity' : 'no-answer', code: null, detail: null };
}
