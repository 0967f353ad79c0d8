/** The client's side of a ticket, datagram by datagram, and the ICE credentials of a pair. */
import { describe, expect, it } from 'vitest';
import { respond } from '../../server/stun/decisions/responder.ts';
import { createTicketDesk } from '../../server/stun/decisions/ticket-desk.ts';
import { iceCredentials } from '../../src/rendezvous/protocol/ice-credentials.ts';
import { createTicketBinding } from '../../src/rendezvous/ticket-binding.ts';
import { CLIENT, TWO } from '../server/stun/requests.ts';

const SERVER = { address: TWO.addresses[0], port: TWO.port };
const TICKET = { username: 'u'.repeat(22), password: 'p'.repeat(43) };

/** A binding whose requests, all or some, are answered by a server with that password for the ticket. */
function start({ password = TICKET.password }: { password?: string } = {}) {
  let random = 0;
  let serverNow = 0;
  const desk = createTicketDesk({
    secret: new Uint8Array(32),
    unixMs: (at) => at,
    passwordOf: () => password,
  });
  const randomBytes = (length: number): Uint8Array => new Uint8Array(length).fill(++random);
  const session = createTicketBinding({ ticket: TICKET, server: SERVER, randomBytes });
  const answerTo = (bytes: Uint8Array): Uint8Array => {
    const answer = respond(serverNow, TWO, { datagram: bytes, local: SERVER, remote: CLIENT, desk });
    if (answer.kind === 'drop') throw new Error(answer.why);
    return answer.bytes;
  };
  const receive = (now: number, bytes: Uint8Array, from = SERVER): unknown =>
    session.handleDatagram(now, { socket: 'punch', from, bytes });
  const request = (now: number): Uint8Array => {
    const output = session.poll(now);
    if (output.kind !== 'transmit') throw new Error(`${output.kind} in place of a request`);
    return output.bytes;
  };
  return { session, answerTo, receive, request, ageNonces: () => (serverNow += 60_000) };
}

const BOUND = { kind: 'done', result: { outcome: 'bound', public: CLIENT, rttMs: 7 } };

describe('a ticket', () => {
  it('is bound by two requests, and the second is measured', () => {
    const { session, answerTo, receive, request } = start();
    receive(5, answerTo(request(0)));
    receive(17, answerTo(request(10)));
    expect(session.poll(17)).toEqual(BOUND);
  });

  it('is shown again when an answer is lost, each gap twice the one before', () => {
    const { session, answerTo, receive, request } = start();
    request(0);
    expect(session.poll(0)).toEqual({ kind: 'wait', until: 200 });
    receive(201, answerTo(request(200)));
    request(201);
    expect(session.poll(201)).toEqual({ kind: 'wait', until: 401 });
    receive(408, answerTo(request(401)));
    expect(session.poll(408)).toEqual(BOUND);
  });

  it('gets a new nonce when the first came too late', () => {
    const { session, answerTo, receive, request, ageNonces } = start();
    receive(0, answerTo(request(0)));
    ageNonces();
    receive(0, answerTo(request(0)));
    receive(7, answerTo(request(0)));
    expect(session.poll(7)).toEqual(BOUND);
  });

  it('is given up when every nonce comes too late', () => {
    const { session, answerTo, receive, request, ageNonces } = start();
    for (let n = 0; n < 4; n++) {
      receive(0, answerTo(request(0)));
      ageNonces();
    }
    expect(session.poll(0)).toEqual({ kind: 'done', result: { outcome: 'refused', code: 438 } });
  });

  it('that is not good is refused', () => {
    const { session, answerTo, receive, request } = start({ password: 'another' });
    receive(0, answerTo(request(0)));
    expect(session.poll(0)).toEqual({ kind: 'done', result: { outcome: 'refused', code: 401 } });
  });

  it('is given up after nine sends without an answer', () => {
    const { session, request } = start();
    let at = 0;
    for (let sends = 0; sends < 9; sends++) {
      request(at);
      at += 200 * 1.5 ** sends;
    }
    expect(at).toBeCloseTo(14_977, 0);
    expect(session.poll(at - 1)).toEqual({ kind: 'wait', until: at });
    expect(session.poll(at)).toEqual({ kind: 'done', result: { outcome: 'no-answer' } });
  });

  it('is not bound by a success without integrity, from elsewhere, or to another request', () => {
    const { session, answerTo, receive, request } = start();
    receive(0, answerTo(request(0)));
    const good = answerTo(request(0));
    const forged = good.slice();
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    receive(1, forged);
    receive(1, good, { ...SERVER, port: 1 });
    receive(1, good.with(19, (good[19] ?? 0) ^ 1));
    receive(1, good.subarray(0, 30));
    expect(session.poll(1)).toEqual({ kind: 'wait', until: 200 });
    receive(7, good);
    expect(session.poll(7)).toEqual(BOUND);
  });

  it('that cannot be sent says why', () => {
    const { session, request } = start();
    request(0);
    session.handleSendFailure(0, { socket: 'punch', to: SERVER, code: 'ENETUNREACH' });
    expect(session.poll(0)).toEqual({ kind: 'done', result: { outcome: 'not-sent', detail: 'ENETUNREACH' } });
  });
});

describe('the ICE credentials of a pair', () => {
  // Computed with `openssl dgst -sha256 -hmac KEY` for docs/rendezvous.md.
  const KEY = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';

  it('are those of the documented example', () => {
    expect(iceCredentials(KEY, 'controlling')).toEqual({ ufrag: '2Y9Im0KA', pwd: 'CNwHzxUeBmNserIMtVs5z/TIs/r4GaE1' });
    expect(iceCredentials(KEY, 'controlled')).toEqual({ ufrag: 'lSuJ/yP0', pwd: '18RiyISMU3YQjUdxGHZq0tO4jfbfCG7+' });
  });
});
