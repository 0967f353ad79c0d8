/** The connection of a room to the one other side of it by two lines that people pass on: there is no network between them yet. */
import { randomBytes } from 'node:crypto';
import { wallClock } from '../../net/driver.ts';
import { unlessAborted } from '../../net/waits.ts';
import type { ManualLine } from '../../rendezvous/manual/line.ts';
import { createManualMeeting, type ManualInput, type ManualOutput } from '../../rendezvous/manual/manual-meeting.ts';
import { PROTOCOL_VERSION } from '../../rendezvous/protocol/client-message.ts';
import type { StunOffer } from '../../rendezvous/protocol/fields.ts';
import { told } from '../../rendezvous/told.ts';
import type { Connection, ConnectionInput } from './connection.ts';

export interface ManualConnectionOptions {
  readonly id: string;
  readonly room: string;
  /** The offer that this side answers; null where this side makes it. */
  readonly offer: ManualLine | null;
  readonly secret: string | undefined;
  readonly onLine: (line: string) => void;
  readonly paste: (problem: string | null) => Promise<string>;
  readonly stun: () => StunOffer;
  readonly onNotice: (text: string) => void;
}

interface State {
  readonly options: ManualConnectionOptions;
  readonly signal: AbortSignal;
  readonly meeting: ReturnType<typeof createManualMeeting>;
  tell: (input: ConnectionInput) => void;
  /** Resolves when this side's line has been shown. */
  readonly shown: PromiseWithResolvers<void>;
  /** Why the last thing that was pasted is of no use. */
  problem: string | null;
}

export function manualConnection(options: ManualConnectionOptions, signal: AbortSignal): Connection {
  const { offer, secret, stun } = options;
  const meeting = createManualMeeting({ offer: offer ?? undefined, secret, stun, randomBytes, wallClock });
  const state: State = {
    ...{ options, signal, meeting, tell: () => {} },
    ...{ shown: Promise.withResolvers<void>(), problem: null },
  };
  return {
    join: async (_resumeKey, tell) => {
      state.tell = tell;
      const { id, room } = options;
      handle(state, { kind: 'say', message: { type: 'join', version: PROTOCOL_VERSION, room, id } });
      if (!offer) await takeAnswer(state);
    },
    say: (message) => handle(state, { kind: 'say', message }),
    seen: (socket, endpoint) => handle(state, { kind: 'seen', socket, endpoint }),
    // The lines go by a way that the two have chosen.
    isOverheard: () => false,
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Asks for the answer once the offer has been shown, until one comes that is of use. @throws what `paste` throws. */
async function takeAnswer(state: State): Promise<void> {
  const { options, signal, shown } = state;
  await unlessAborted(shown.promise, signal);
  do {
    const text = await unlessAborted(options.paste(state.problem), signal);
    state.problem = null;
    handle(state, { kind: 'pasted', text });
  } while (state.problem !== null);
}

function handle(state: State, input: ManualInput): void {
  for (const output of state.meeting.handle(input)) if (!state.signal.aborted) obey(state, output);
}

function obey(state: State, output: ManualOutput): void {
  const { options, tell } = state;
  switch (output.kind) {
    case 'tell':
      tell(told(output.message));
      break;
    case 'show':
      options.onLine(output.line);
      state.shown.resolve();
      break;
    case 'refused':
      state.problem = output.problem;
      break;
    case 'notice':
      options.onNotice(output.text);
      break;
  }
}
