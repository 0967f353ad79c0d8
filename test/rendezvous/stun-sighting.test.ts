/** What several STUN servers see of a socket: the first good answer counts. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../lab/sim/network/random.ts';
import { createStunSighting, type StunSightingSession } from '../../src/rendezvous/stun-sighting.ts';
import { decode } from '../../src/stun/decode.ts';
import { encode } from '../../src/stun/encode.ts';

const SERVERS = [1, 2, 3, 4].map((n) => ({ address: `192.0.2.${n}`, port: 3478 }));
const OWN = { address: '203.0.113.7', port: 40_000 };

function sessionOf(
  options: { readonly servers?: typeof SERVERS; readonly isFirstProven?: boolean } = {},
): StunSightingSession {
  const { servers = SERVERS, isFirstProven = false } = options;
  return createStunSighting({ servers, isFirstProven, socket: 's', randomBytes: createRandom(1).bytes });
}

/** Polls until the session waits or is done; returns what it has sent, and its last output. */
function pump(session: StunSightingSession, now: number) {
  const sent: { readonly to: string; readonly bytes: Uint8Array }[] = [];
  for (;;) {
    const output = session.poll(now);
    if (output.kind !== 'transmit') return { sent, output };
    sent.push({ to: output.to.address, bytes: output.bytes });
  }
}

function answerTo(request: Uint8Array, own = OWN): Uint8Array {
  const decoded = decode(request);
  if (!decoded.ok) throw new Error('the session sends what is no STUN');
  const { transactionId, method } = decoded.message;
  return encode({
    class: 'success',
    method,
    transactionId,
    attributes: [{ type: 'XOR-MAPPED-ADDRESS', value: own }],
  });
}

describe('a socket that nobody has seen yet', () => {
  it('asks three servers at once', () => {
    expect(pump(sessionOf(), 0).sent.map(({ to }) => to)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
  });

  it('is where the first of them sees it that answers', () => {
    const session = sessionOf();
    const { sent } = pump(session, 0);
    session.handleDatagram(30, {
      socket: 's',
      from: SERVERS[1] ?? OWN,
      bytes: answerTo(sent[1]?.bytes ?? new Uint8Array()),
    });
    expect(pump(session, 30).output).toEqual({
      kind: 'done',
      result: { outcome: 'bound', public: OWN, rttMs: 30, server: SERVERS[1] },
    });
  });

  it('believes no answer that comes from elsewhere, or to a question of nobody', () => {
    const session = sessionOf();
    const { sent } = pump(session, 0);
    const answer = answerTo(sent[0]?.bytes ?? new Uint8Array());
    session.handleDatagram(10, { socket: 's', from: { address: '192.0.2.1', port: 3479 }, bytes: answer });
    session.handleDatagram(10, { socket: 's', from: SERVERS[1] ?? OWN, bytes: answer });
    expect(pump(session, 10).output.kind).toBe('wait');
  });

  it('asks a server that becomes known meanwhile', () => {
    const session = sessionOf({ servers: SERVERS.slice(0, 1) });
    pump(session, 0);
    session.addServer(SERVERS[1] ?? OWN);
    expect(pump(session, 5).sent.map(({ to }) => to)).toEqual(['192.0.2.2']);
  });

  it('asks no second endpoint at one address', () => {
    const session = sessionOf({ servers: SERVERS.slice(0, 1) });
    session.addServer({ address: '192.0.2.1', port: 3479 });
    expect(pump(session, 0).sent.length).toBe(1);
  });
});

describe('a socket that was seen before', () => {
  it('asks the same server alone, and the others when that is silent for a second', () => {
    const session = sessionOf({ isFirstProven: true });
    const sent = [0, 200, 500, 950, 1_000].flatMap((now) => pump(session, now).sent.map(({ to }) => [now, to]));
    expect(sent).toEqual([
      [0, '192.0.2.1'],
      [200, '192.0.2.1'],
      [500, '192.0.2.1'],
      [950, '192.0.2.1'],
      [1_000, '192.0.2.2'],
      [1_000, '192.0.2.3'],
    ]);
  });
});

describe('where nobody answers', () => {
  it('that is the result, once the last has been asked for long enough', () => {
    const session = sessionOf();
    let now = 0;
    for (;;) {
      const { output } = pump(session, now);
      if (output.kind === 'done') {
        expect(output.result).toEqual({ outcome: 'no-answer' });
        break;
      }
      if (output.kind !== 'wait') throw new Error(`an output of kind ${output.kind}`);
      now = output.until;
    }
    expect(Math.round(now)).toBe(14_977);
  });

  it('because the system sends to none of them, it says why', () => {
    const session = sessionOf({ servers: SERVERS.slice(0, 2) });
    pump(session, 0);
    for (const to of SERVERS) session.handleSendFailure(1, { socket: 's', to, code: 'ENETUNREACH' });
    expect(pump(session, 1).output).toEqual({ kind: 'done', result: { outcome: 'not-sent', detail: 'ENETUNREACH' } });
  });
});
