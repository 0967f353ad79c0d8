/** Meets the other side by lines, by the product's own machine, as src/punch/room/manual-connection.ts does. */
import type { IntroductionInput } from '../../../../src/rendezvous/introduction/output.ts';
import { readManualLine } from '../../../../src/rendezvous/manual/line.ts';
import {
  createManualMeeting,
  type ManualInput,
  type ManualMeeting,
  type ManualOutput,
} from '../../../../src/rendezvous/manual/manual-meeting.ts';
import { PROTOCOL_VERSION } from '../../../../src/rendezvous/protocol/client-message.ts';
import { told } from '../../../../src/rendezvous/told.ts';
import type { Random } from '../../network/random.ts';
import type { SimLines } from '../../server/lines.ts';
import { ROOM, type SimClient } from './connection.ts';

interface ManualClientOptions<Told> {
  readonly lines: SimLines;
  /** `offer` or `answer`. */
  readonly id: string;
  readonly random: Random;
  readonly tell: (input: IntroductionInput<Told>) => void;
}

interface State<Told> extends ManualClientOptions<Told> {
  readonly side: 'offer' | 'answer';
  /** Null before the join, which for the answering side waits for the offer. */
  meeting: ManualMeeting | null;
  isDead: boolean;
}

const STUN = { port: 3478, altPort: 3478 };

export function createManualClient<Told>(options: ManualClientOptions<Told>): SimClient {
  const side = options.id === 'offer' ? 'offer' : 'answer';
  const state: State<Told> = { ...options, side, meeting: null, isDead: false };
  return {
    join: () => join(state),
    send: (message) => handle(state, { kind: 'say', message }),
    seen: (socket, endpoint) => handle(state, { kind: 'seen', socket, endpoint }),
    drop: () => {
      state.isDead = true;
    },
  };
}

function join<Told>(state: State<Told>): void {
  const { lines, side } = state;
  if (side === 'offer') {
    begin(state, undefined);
    lines.onLine(side, (text) => handle(state, { kind: 'pasted', text }));
  } else lines.onLine(side, (text) => begin(state, text));
}

function begin<Told>(state: State<Told>, pasted: string | undefined): void {
  const { lines, side, random, id } = state;
  const read = pasted === undefined ? null : readManualLine(pasted);
  state.meeting = createManualMeeting({
    offer: read?.ok ? read.line : undefined,
    stun: () => STUN,
    randomBytes: random.bytes,
    wallClock: () => lines.wallClock(side),
  });
  handle(state, { kind: 'say', message: { type: 'join', version: PROTOCOL_VERSION, room: ROOM, id } });
}

function handle<Told>(state: State<Told>, input: ManualInput): void {
  if (state.isDead) return;
  for (const output of state.meeting?.handle(input) ?? []) obey(state, output);
}

function obey<Told>({ lines, side, tell }: State<Told>, output: ManualOutput): void {
  switch (output.kind) {
    case 'show':
      lines.give(output.line, side === 'offer' ? 'answer' : 'offer');
      break;
    case 'tell':
      tell(told(output.message));
      break;
    case 'refused':
    case 'notice':
      break;
  }
}
