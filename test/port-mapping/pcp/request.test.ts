/** Which answer is believed, and when the request is sent again; on virtual time. */
import { describe, expect, it } from 'vitest';
import { createMapRequest, PCP_SOCKET } from '../../../src/port-mapping/pcp/request.ts';

const GATEWAY = { address: '192.168.1.1', port: 5351 };
const NONCE = Uint8Array.from({ length: 12 }, (_, index) => index);
const REQUEST = {
  client: '192.168.1.2',
  nonce: NONCE,
  internalPort: 40_000,
  suggested: { address: '0.0.0.0', port: 40_000 },
  lifetimeS: 7_200,
};
const UNTIL = 1_500;

const start = (random = () => 0.5) => createMapRequest({ gateway: GATEWAY, request: REQUEST, until: UNTIL, random });

/** The answer to the request, with bytes changed. */
function answer(changes: Readonly<Record<number, number>> = {}): Uint8Array {
  const bytes = new Uint8Array(60);
  bytes.set([2, 0x81, 0, 0, 0, 0, 0x1c, 0x20, 0, 0, 0, 9]);
  bytes.set(NONCE, 24);
  bytes.set([17, 0, 0, 0, 0x9c, 0x40, 0x9c, 0x41], 36);
  bytes.set([0xff, 0xff, 203, 0, 113, 101], 54);
  for (const [at, byte] of Object.entries(changes)) bytes[Number(at)] = byte;
  return bytes;
}

const resultOf = (bytes: Uint8Array, from = GATEWAY) => {
  const session = start();
  session.poll(0);
  session.handleDatagram(1, { socket: PCP_SOCKET, from, bytes });
  return session.poll(1);
};

describe('an answer to a request for a port', () => {
  it('is its result', () => {
    expect(resultOf(answer())).toMatchObject({
      kind: 'done',
      result: { kind: 'map', code: 0, external: { address: '203.0.113.101', port: 40_001 }, epochS: 9 },
    });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 99])('may be the error %i', (code) => {
    const expected = code === 1 ? { kind: 'unsupported-version' } : { kind: 'map', code };
    expect(resultOf(answer({ 3: code }))).toMatchObject({ kind: 'done', result: expected });
  });

  it('may be an error that does not repeat the port', () => {
    expect(resultOf(answer({ 3: 12, 40: 0, 41: 0 }))).toMatchObject({ kind: 'done', result: { code: 12 } });
  });

  it.each([
    ['from another host', answer(), { address: '192.168.1.7', port: 5351 }],
    ['from another port', answer(), { address: '192.168.1.1', port: 5350 }],
    ['of another nonce', answer({ 35: 0 }), GATEWAY],
    ['of another nonce, that is an error', answer({ 3: 8, 35: 0 }), GATEWAY],
    ['of TCP', answer({ 36: 6 }), GATEWAY],
    ['for another port', answer({ 41: 0x41 }), GATEWAY],
    ['to another opcode', answer({ 1: 0x82 }), GATEWAY],
    ['to a request for nothing', answer({ 1: 0x80 }), GATEWAY],
    ['that is a request', answer({ 1: 1 }), GATEWAY],
    ['of NAT-PMP', answer({ 0: 0 }), GATEWAY],
    ['cut short', answer().subarray(0, 56), GATEWAY],
    ['of 1,104 bytes', Buffer.concat([answer(), new Uint8Array(1_104 - 60)]), GATEWAY],
    ['of nothing', new Uint8Array(), GATEWAY],
  ])('is none when it is %s', (_name, bytes, from) => {
    expect(resultOf(bytes, from)).toEqual({ kind: 'wait', until: 250 });
  });
});

describe('a request for a port', () => {
  it.each([
    [0, [0, 225, 652.5, 1_464.75]],
    [0.5, [0, 250, 750]],
    [0.75, [0, 262.5, 800.625]],
  ])('is sent again, spread by the random number %f, until its time is over', (random, expected) => {
    const session = start(() => random);
    const sentAt: number[] = [];
    let now = 0;
    for (;;) {
      const output = session.poll(now);
      if (output.kind === 'transmit') sentAt.push(Math.round(now * 1_000) / 1_000);
      if (output.kind === 'wait') now = output.until;
      if (output.kind === 'done') {
        expect(output.result).toBeNull();
        break;
      }
    }
    expect(now).toBe(UNTIL);
    expect(sentAt).toEqual(expected);
  });

  it('that the system does not send has no answer', () => {
    const session = start();
    session.poll(0);
    session.handleSendFailure(0, { socket: PCP_SOCKET, to: GATEWAY, code: 'ENETUNREACH' });
    expect(session.poll(0)).toEqual({ kind: 'done', result: null });
  });
});
