/** What is said of a peer that was not met, whole and as it was seen. */
import { describe, expect, it } from 'vitest';
import { PORT_RESTRICTED } from '../../../lab/profiles.ts';
import type { SimMeeting } from '../../../lab/sim/punch/room/meeting.ts';
import type { Resolver } from '../../../src/net/lookup/resolver.ts';
import { openRoom } from '../../../src/punch/open-room.ts';
import type { PunchOptions } from '../../../src/punch/options.ts';
import { punch } from '../../../src/punch/punch.ts';
import { explainNotMet } from '../../../src/punch/report/not-met.ts';
import { createPresence, explainAbsence } from '../../../src/rendezvous/introduction/presence.ts';
import { setStage } from '../../lab/sim/punch/meeting.ts';
import { join, TOLD } from '../../net/rendezvous/peers.ts';
import { startPunch, startPunchServer } from '../punches.ts';
import { behind } from './lab.ts';

const HOME = behind(PORT_RESTRICTED);
const WAIT_MS = 5_000;

/** Why a peer was not introduced. */
function reasonOf(meeting: SimMeeting): readonly [string, string | null] {
  const met = meeting.outcome();
  if (met?.kind !== 'not-introduced') throw new Error(`it has ended as ${met?.kind}`);
  return [met.reason, met.detail];
}

describe('a peer that did not come', () => {
  it('was not in the room, where nobody was, or others', () => {
    const stage = setStage();
    const alice = stage.place('home', HOME).start('alice').meet('bob', { waitMs: WAIT_MS });
    stage.end(alice);
    const who = 'in the 5 s of waiting, bob was not in the room';
    expect(reasonOf(alice)).toEqual(['no-peer', `${who}, where nobody else was: has it another id, room or server?`]);

    const crowd = setStage();
    const [carol, erin] = ['carol', 'erin'].map((id) => crowd.place(id, HOME).start(id).meet('dave'));
    const late = crowd.place('home', HOME).start('alice').meet('bob', { waitMs: WAIT_MS });
    if (!carol || !erin) throw new Error('nobody is there');
    crowd.end(late);
    expect(reasonOf(late)[1]).toBe(`${who}, where 2 others were: has it another id, room or server?`);
  });

  it('was in the room, and did not ask', () => {
    const stage = setStage();
    stage.place('away', HOME).start('bob').meet('carol');
    const alice = stage.place('home', HOME).start('alice').meet('bob', { waitMs: WAIT_MS });
    stage.end(alice);
    expect(reasonOf(alice)).toEqual([
      'no-peer',
      'in the 5 s of waiting, bob was in the room, but did not ask for this side: has it named another peer?',
    ]);
  });

  it('was in the room, and left it', () => {
    const stage = setStage({ limits: { resumeMs: 100 } });
    const bob = stage.place('away', HOME).start('bob');
    bob.meet('carol');
    const alice = stage.place('home', HOME).start('alice').meet('bob', { waitMs: WAIT_MS });
    stage.at(1_000, bob.die);
    stage.end(alice);
    expect(reasonOf(alice)).toEqual([
      'no-peer',
      'in the 5 s of waiting, bob was in the room and has left it, without asking for this side in time',
    ]);
  });
});

describe('a peer with the same code', () => {
  const said = (seen: Partial<Record<'here' | 'asking' | 'left', readonly string[]>>): string => {
    const presence = createPresence();
    for (const kind of ['here', 'asking', 'left'] as const) for (const id of seen[kind] ?? []) presence[kind].add(id);
    return explainAbsence(presence, { id: 'kXh0', waitMs: 3_804.332, hasCode: true });
  };

  it.each([
    [{}, 'nobody else with this code came: is it the same on both sides?'],
    [
      { here: ['q81-'] },
      'somebody with the same code was there, but with the wrong command: does natcheck expose run there?',
    ],
    [
      { here: ['kXh0'] },
      'somebody with the same code was there, but did not ask for this side: is it connected to another one, or does another command run there?',
    ],
    [{ left: ['kXh0'] }, 'the other side was in the room and has left it, without asking for this side in time'],
    [
      { here: ['kXh0'], asking: ['kXh0'] },
      'the other side asked for this side, but the server has not seen its UDP: does UDP from there reach the server?',
    ],
  ])('of which is known %j is not called by its id', (seen, text) => {
    expect(said(seen)).toBe(`in the 3.8 s of waiting, ${text}`);
  });
});

it('a peer that asked, but whose socket the server has not seen', async () => {
  await using server = await startPunchServer();
  await using bob = await join(server, 'bob', { room: 'default' });
  bob.client.ask('alice', TOLD);
  await using alice = await startPunch(server, { id: 'alice', peer: 'bob', waitMs: 500 }).result;
  expect([alice.report.reason, alice.report.detail]).toEqual([
    'no-peer',
    'in the 0.5 s of waiting, bob asked for this side, but the server has not seen its UDP: does UDP from there reach the server?',
  ]);
});

it('UDP that does not reach the server is told by the side that has none', () => {
  const stage = setStage();
  const alice = stage.place('home', { kind: 'udp-blocked' }).start('alice').meet('bob', { waitMs: WAIT_MS });
  stage.end(alice);
  expect(reasonOf(alice)).toEqual(['udp-silent', null]);
  expect(explainNotMet('udp-silent', '203.0.113.10:3478')).toBe(
    'the rendezvous is reached, but 203.0.113.10:3478 has not answered over UDP: UDP is blocked on the way, or that port is not open; a relay over TCP would help (natcheck serve --relay, or --turn)',
  );
});

describe.concurrent('a punch that does not come to a peer', () => {
  const NAME = 'natcheck.example.org';
  const failing = (code: string): Resolver => {
    const fail = (): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }));
    return { addresses: fail, services: fail };
  };
  const reported = async (options: Partial<PunchOptions>) => {
    await using punched = await punch({ id: 'alice', peer: 'bob', server: NAME, waitMs: 1_000, ...options });
    return [punched.report.reason, punched.report.detail];
  };

  it('because of the name of the server', async () => {
    expect(await reported({ resolver: failing('ENOTFOUND') })).toEqual([
      'unknown-host',
      `no address is known for ${NAME}: is the name right?`,
    ]);
    expect(await reported({ resolver: failing('EAI_AGAIN') })).toEqual([
      'dns-silent',
      `no name server has said where ${NAME} is: is this host connected to a network?`,
    ]);
    await using room = await openRoom({ id: 'alice', server: NAME, resolver: failing('ENOTFOUND') });
    expect((await room.connect('bob')).report.detail).toBe(`no address is known for ${NAME}: is the name right?`);
  });

  it('because a relay alone is allowed, and none is named', async () => {
    await using server = await startPunchServer();
    await using alice = await startPunch(server, { id: 'alice', peer: 'bob', mode: 'relay-only' }).result;
    expect([alice.report.reason, alice.report.detail]).toEqual([
      'no-relay',
      'the rendezvous names no TURN server (natcheck serve --relay), and --turn names none either',
    ]);
  });
});
