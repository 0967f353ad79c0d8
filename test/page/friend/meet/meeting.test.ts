/** Two friends in a room, and everybody else who comes there. */
import { describe, expect, it } from 'vitest';
import { createMeeting, type MeetingOutput } from '../../../../page/friend/meet/meeting.ts';
import type { ServerMessage, ServerMessageOf } from '../../../../src/rendezvous/protocol/server-message.ts';

const SECRET = 'abcdefghijklmnopqrst';
const TICKET = { username: SECRET, password: SECRET, expiresInMs: 120_000 };

function joined(peers: readonly string[], resumed = false): ServerMessageOf<'joined'> {
  const stun = { port: 3478, altPort: 3479 };
  return {
    type: 'joined',
    id: 'me',
    room: 'room',
    peers: [...peers],
    resumed,
    resumeKey: SECRET,
    ticket: TICKET,
    stun,
  };
}

/** A meeting that has been begun, with what it says to each further input. */
function begun() {
  const meeting = createMeeting({ id: 'me', room: 'room' });
  meeting.handle(0, { kind: 'start' });
  meeting.handle(0, { kind: 'open' });
  return {
    hear: (message: ServerMessage, now = 0) => meeting.handle(now, { kind: 'message', message }),
    closed: (now: number) => meeting.handle(now, { kind: 'closed' }),
    open: (now: number) => meeting.handle(now, { kind: 'open' }),
    unreadable: () => meeting.handle(0, { kind: 'unreadable' }),
    timeout: (now: number) => meeting.handle(now, { kind: 'timeout' }),
    wakeAt: meeting.wakeAt,
  };
}

const kinds = (outputs: readonly MeetingOutput[]): readonly string[] => outputs.map(({ kind }) => kind);
const ASK = {
  kind: 'send',
  message: {
    type: 'ask',
    peer: 'bob',
    candidates: [],
    behavior: { mapping: 'undetermined', filtering: 'undetermined' },
  },
} as const;
const PAIRED = { type: 'paired', peer: 'bob', role: 'controlling' } as const;

/** A meeting in which bob was met. */
function metBob() {
  const meeting = begun();
  meeting.hear(joined(['bob']));
  meeting.hear(PAIRED);
  return meeting;
}

describe('a meeting', () => {
  it('connects, and joins the room once the connection is open', () => {
    const meeting = createMeeting({ id: 'me', room: 'room' });
    expect(meeting.handle(0, { kind: 'start' })).toEqual([{ kind: 'connect' }]);
    expect(meeting.handle(5, { kind: 'open' })).toEqual([
      { kind: 'send', message: { type: 'join', version: 1, room: 'room', id: 'me', resumeKey: undefined } },
    ]);
  });

  it('waits alone, asks for the first one who comes, and meets that one once both have asked', () => {
    const meeting = begun();
    expect(kinds(meeting.hear(joined([])))).toEqual(['joined', 'alone']);
    expect(meeting.hear({ type: 'peer-joined', peer: 'bob' })).toEqual([ASK]);
    expect(meeting.hear(PAIRED)).toEqual([{ kind: 'met', peer: 'bob', role: 'controlling' }]);
    expect(meeting.hear(PAIRED)).toEqual([]);
  });

  it('asks at once for the one who is there already', () => {
    expect(begun().hear(joined(['bob']))[1]).toEqual(ASK);
  });

  it('passes on the signals of the friend, and of nobody else', () => {
    const meeting = metBob();
    expect(meeting.hear({ type: 'signal', peer: 'bob', data: 'x' })).toEqual([{ kind: 'signal', data: 'x' }]);
    expect(meeting.hear({ type: 'signal', peer: 'eve', data: 'x' })).toEqual([]);
  });

  it('lets nobody else in while the friend is there, and tells of that once', () => {
    const meeting = metBob();
    expect(meeting.hear({ type: 'peer-joined', peer: 'eve' })).toEqual([{ kind: 'crowded' }]);
    expect(meeting.hear({ type: 'wanted', peer: 'eve' })).toEqual([]);
    expect(meeting.hear({ type: 'peer-joined', peer: 'mallory' })).toEqual([]);
  });

  it('parts from a friend who leaves, and meets again whoever comes then', () => {
    const meeting = metBob();
    expect(meeting.hear({ type: 'peer-left', peer: 'bob', reason: 'left' })).toEqual([
      { kind: 'parted', reason: 'left' },
      { kind: 'alone' },
    ]);
    expect(kinds(meeting.hear({ type: 'peer-joined', peer: 'bob-again' }))).toEqual(['send']);
  });
});

describe('a third one', () => {
  it('asks for nobody, and goes after six seconds', () => {
    const meeting = begun();
    expect(kinds(meeting.hear(joined(['alice', 'bob']), 1_000))).toEqual(['joined', 'full']);
    expect(meeting.wakeAt()).toBe(7_000);
    expect(meeting.timeout(6_999)).toEqual([]);
    expect(meeting.timeout(7_000)).toEqual([{ kind: 'failed', problem: 'full', detail: '' }]);
    expect(meeting.wakeAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('takes the place of one who leaves meanwhile, such as its own page before it was loaded again', () => {
    const meeting = begun();
    meeting.hear(joined(['ghost', 'bob']), 0);
    expect(meeting.hear({ type: 'peer-left', peer: 'ghost', reason: 'lost' }, 5_000)).toEqual([ASK]);
    expect(meeting.wakeAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('answers the one who asks for it', () => {
    const meeting = begun();
    meeting.hear(joined(['ghost', 'bob']), 0);
    expect(meeting.hear({ type: 'wanted', peer: 'bob' }, 100)).toEqual([ASK]);
  });
});

describe('a server', () => {
  it('that lets nobody in is tried three times', () => {
    const meeting = begun();
    expect(meeting.closed(0)).toEqual([]);
    expect(meeting.wakeAt()).toBe(100);
    expect(meeting.timeout(100)).toEqual([{ kind: 'connect' }]);
    expect(meeting.closed(100)).toEqual([]);
    expect(meeting.wakeAt()).toBe(500);
    meeting.timeout(500);
    expect(meeting.closed(500)).toEqual([{ kind: 'unconnected' }]);
    expect(meeting.wakeAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('that takes no connection within ten seconds is given up', () => {
    const meeting = createMeeting({ id: 'me', room: 'room' });
    meeting.handle(0, { kind: 'start' });
    expect(meeting.wakeAt()).toBe(10_000);
    expect(meeting.handle(9_999, { kind: 'timeout' })).toEqual([]);
    expect(meeting.handle(10_000, { kind: 'timeout' })).toEqual([{ kind: 'unconnected' }]);
  });

  it('that says nothing for five seconds after it has taken one is given up', () => {
    const meeting = begun();
    meeting.open(4_000);
    expect(meeting.wakeAt()).toBe(9_000);
    expect(meeting.timeout(9_000)).toEqual([{ kind: 'failed', problem: 'silent', detail: '' }]);
  });

  it('that is lost, and says nothing once it is back, is tried again', () => {
    const meeting = metBob();
    meeting.closed(1_000);
    meeting.timeout(1_100);
    meeting.open(1_200);
    expect(meeting.timeout(6_200)).toEqual([]);
    expect(meeting.timeout(6_600)).toEqual([{ kind: 'connect' }]);
  });

  it('that does not take the first message is of another version, and so is one that is not understood', () => {
    const problem = [{ kind: 'failed', problem: 'other-version', detail: '' }];
    expect(begun().hear({ type: 'error', code: 'bad-message', message: 'version: invalid' })).toEqual(problem);
    expect(begun().unreadable()).toEqual(problem);
  });

  it('that says something newer than this page in the room is listened to on', () => {
    const meeting = metBob();
    expect(meeting.unreadable()).toEqual([]);
    expect(meeting.hear({ type: 'error', code: 'bad-message', message: 'why' })).toEqual([]);
    expect(meeting.hear({ type: 'signal', peer: 'bob', data: 'x' })).toEqual([{ kind: 'signal', data: 'x' }]);
  });

  it('that is lost is told once, and joined again with the key', () => {
    const meeting = metBob();
    expect(meeting.closed(1_000)).toEqual([{ kind: 'server', is: 'lost' }]);
    expect(meeting.timeout(1_100)).toEqual([{ kind: 'connect' }]);
    expect(meeting.open(1_200)).toEqual([
      { kind: 'send', message: { type: 'join', version: 1, room: 'room', id: 'me', resumeKey: SECRET } },
    ]);
    expect(kinds(meeting.hear(joined(['bob'], true), 1_300))).toEqual(['server', 'joined']);
  });

  it('that has forgotten the two has them meet anew', () => {
    const meeting = metBob();
    meeting.closed(0);
    meeting.timeout(100);
    meeting.open(200);
    expect(kinds(meeting.hear(joined(['bob']), 300))).toEqual(['server', 'joined', 'parted', 'send']);
  });

  it('that stays lost for 30 seconds is given up', () => {
    const meeting = metBob();
    meeting.closed(0);
    meeting.timeout(100);
    expect(kinds(meeting.closed(29_999))).toEqual([]);
    expect(meeting.closed(30_000)).toEqual([]);
    meeting.timeout(32_000);
    expect(meeting.closed(32_000)).toEqual([{ kind: 'failed', problem: 'server-lost', detail: '' }]);
  });

  it.each([
    ['unauthorized', 'needs-token'],
    ['room-full', 'full'],
    ['server-full', 'server-full'],
    ['source-busy', 'source-full'],
    ['id-in-use', 'id-in-use'],
  ] as const)('that refuses with `%s` ends it as %s', (code, problem) => {
    expect(begun().hear({ type: 'error', code, message: 'why' })).toEqual([{ kind: 'failed', problem, detail: 'why' }]);
  });

  it('that refuses a signal to somebody who has just gone ends nothing', () => {
    expect(metBob().hear({ type: 'error', code: 'not-paired', message: 'why' })).toEqual([]);
  });
});
