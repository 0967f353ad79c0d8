/** Punches of two peers with a code, through a rendezvous that reads, forges, repeats and joins. */
import { describe, expect, it } from 'vitest';
import { type NatProfile, PORT_RESTRICTED, SYMMETRIC_SEQUENTIAL } from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { runUntilDone } from '../../../../lab/sim/network/run-session.ts';
import { createWorld, type World } from '../../../../lab/sim/network/world.ts';
import { runOf, sideAt } from '../../../../lab/sim/punch/punch.ts';
import type { SimMeeting } from '../../../../lab/sim/punch/room/meeting.ts';
import { addRendezvousServer, type RendezvousServer } from '../../../../lab/sim/server/rendezvous-server.ts';
import { parsePeerSignal } from '../../../../src/punch/attempt/peer-signal.ts';
import type { RoomSeal } from '../../../../src/punch/attempt/seal.ts';
import type { ServerMessage, ServerMessageOf } from '../../../../src/rendezvous/protocol/server-message.ts';
import { keysOf } from '../../../../src/tunnel/code/keys.ts';
import { codeFrom } from '../../../tunnel/code/codes.ts';

type Signal = ServerMessageOf<'signal'>;
type Meddle = (to: string, message: ServerMessage) => readonly ServerMessage[];
const CODE = codeFrom('sealed').secret;
const VICTIM = '198.51.100.77';
const ids = ['a', 'b'] as const;

/** A rendezvous that says other things than the real one, and hears all. */
function meddling(real: RendezvousServer, meddle: Meddle): RendezvousServer {
  const connect: RendezvousServer['connect'] = (client) =>
    real.connect({
      ...client,
      onMessage: (message) => {
        for (const said of meddle(client.source.replace('peer ', ''), message)) client.onMessage(said);
      },
    });
  return { ...real, connect };
}

/** A seal that keeps what has become of each signal. */
function watched(seal: RoomSeal): RoomSeal & { readonly opened: (string | null)[] } {
  const opened: (string | null)[] = [];
  const open: RoomSeal['open'] = (sealed, about) => {
    const text = seal.open(sealed, about);
    opened.push(text);
    return text;
  };
  return { ...seal, open, opened };
}

/** Two peers, with these seals or none. Behind the NATs unless told otherwise, they need signals: one predicts the other's ports. */
function meetThrough(
  meddle: Meddle,
  seals: Readonly<Record<(typeof ids)[number], RoomSeal | null>>,
  nats: readonly [NatProfile, NatProfile] = [PORT_RESTRICTED, SYMMETRIC_SEQUENTIAL],
) {
  const sentTo: string[] = [];
  const world: World = createWorld({
    seed: 1,
    trace: ({ event, packet }) => event === 'sent' && sentTo.push(packet.to.address),
  });
  const rendezvous = meddling(addRendezvousServer(world), meddle);
  const rooms = ids.map((id, index) =>
    sideAt(world, {
      ...{ rendezvous, id, number: index + 1, link: symmetricLink({ latencyMs: 20 }) },
      access: { kind: 'nat', layers: [nats[index] ?? PORT_RESTRICTED] },
      seal: seals[id] ?? undefined,
    }),
  );
  const meet = (): readonly SimMeeting[] => {
    const meetings = rooms.map((room) => room.meet(room.id === 'a' ? 'b' : 'a'));
    runUntilDone(world, meetings.map(runOf));
    return meetings;
  };
  return { meet, toVictim: () => sentTo.filter((address) => address === VICTIM).length };
}

const honest: Meddle = (_to, message) => [message];
const kinds = (meetings: readonly SimMeeting[]) => meetings.map((meeting) => meeting.outcome()?.kind);
const sealed = () => ({ a: watched(keysOf(CODE).seal), b: watched(keysOf(CODE).seal) });

describe('two peers with a code', () => {
  it('meet, and the rendezvous can read no signal of theirs', () => {
    const signals: Signal[] = [];
    const seals = sealed();
    const { meet } = meetThrough((_to, message) => {
      if (message.type === 'signal') signals.push(message);
      return [message];
    }, seals);
    expect(kinds(meet())).toEqual(['connected', 'connected']);
    expect(signals.length).toBeGreaterThan(0);
    expect(signals.map(({ data }) => parsePeerSignal(data)).filter((read) => read !== null)).toEqual([]);
    const opened = [...seals.a.opened, ...seals.b.opened];
    expect(opened.map((text) => text !== null && parsePeerSignal(text)?.type)).toEqual(signals.map(() => 'ports'));
  });

  it.each([
    ['no code', null],
    ['another code', keysOf(codeFrom('other').secret).seal],
  ])('are not met by whoever has joined the room with %s', (_what, other) => {
    const { meet } = meetThrough(honest, { a: keysOf(CODE).seal, b: other }, [PORT_RESTRICTED, PORT_RESTRICTED]);
    expect(kinds(meet())).toEqual(['failed', 'failed']);
  });

  it('are sent nowhere by a signal that the rendezvous has forged', () => {
    const data = JSON.stringify({ type: 'candidates', candidates: [`7 1 udp 2130706431 ${VICTIM} 4000 typ host`] });
    const forge: Meddle = (_to, message) =>
      message.type === 'introduction' ? [message, { type: 'signal', peer: message.peer, data }] : [message];
    const seals = sealed();
    const guarded = meetThrough(forge, seals);
    expect(kinds(guarded.meet())).toEqual(['connected', 'connected']);
    expect(guarded.toVictim()).toBe(0);
    expect(seals.a.opened[0]).toBeNull();
    const open = meetThrough(forge, { a: null, b: null });
    open.meet();
    expect(open.toVictim()).toBeGreaterThan(0);
  });

  it('hear each signal once, whatever the rendezvous repeats, and none in the introduction of another key or direction', () => {
    const kept: Signal[] = [];
    const keys = new Set<string>();
    const repeat: Meddle = (to, message) => {
      if (message.type === 'introduction') {
        keys.add(message.key);
        // All that either side has said in the introduction before.
        const peer = to === 'a' ? 'b' : 'a';
        return [message, ...kept.map(({ data }): Signal => ({ type: 'signal', peer, data }))];
      }
      if (message.type !== 'signal') return [message];
      kept.push(message);
      return [message, message];
    };
    const seals = sealed();
    const { meet } = meetThrough(repeat, seals);
    expect(kinds(meet())).toEqual(['connected', 'connected']);
    expect(kinds(meet())).toEqual(['connected', 'connected']);
    expect(keys.size).toBe(2);
    const texts = [...seals.a.opened, ...seals.b.opened].filter((text) => text !== null);
    expect(kept.length).toBeGreaterThan(1);
    expect(texts.length).toBe(kept.length);
  });
});
