/** Refresh and the end of an allocation (RFC 8656 §7.3), with exact codes. */
import { describe, expect, it } from 'vitest';
import { METHOD } from '../../../../../src/stun/header.ts';
import { attribute } from '../../../../../src/stun/message.ts';
import { lifetime, REQUESTED_TRANSPORT, requestBytes, USER } from '../../requests.ts';
import { CLIENT, createWorld, SERVER } from '../world.ts';

describe('the lifetime', () => {
  it.each([
    [undefined, 600],
    [0, 600],
    [300, 600],
    [1800, 1800],
    [7200, 3600],
  ])('asked for as %s is %s s', (asked, given) => {
    const alice = createWorld().client();
    const attributes = asked === undefined ? [] : [lifetime(asked)];
    expect(attribute(alice.ask(METHOD.allocate, [REQUESTED_TRANSPORT, ...attributes]), 'LIFETIME')).toBe(given);
  });

  it('ends the allocation, whether anybody looks or not', () => {
    const world = createWorld();
    const alice = world.client();
    alice.allocate();
    world.pass(599_999);
    expect(world.sockets.size).toBe(1);
    world.wait(1);
    expect(alice.outcome(METHOD.refresh)).toBe(437);
    expect(world.sockets.size).toBe(0);
    alice.allocate();
    world.pass(600_000);
    expect([world.sockets.size, world.relay.population().udp]).toEqual([0, 0]);
  });

  it('is renewed by Refresh', () => {
    const world = createWorld();
    const alice = world.client();
    alice.allocate();
    world.pass(590_000);
    expect(attribute(alice.ask(METHOD.refresh, [lifetime(1200)]), 'LIFETIME')).toBe(1200);
    world.pass(1_199_999);
    expect(world.sockets.size).toBe(1);
    world.pass(1);
    expect(world.sockets.size).toBe(0);
  });

  it('is ended by Refresh with 0, and the five-tuple is free again', () => {
    const world = createWorld();
    const alice = world.client();
    alice.allocate();
    expect(attribute(alice.ask(METHOD.refresh, [lifetime(0)]), 'LIFETIME')).toBe(0);
    expect(world.sockets.size).toBe(0);
    expect(alice.outcome(METHOD.refresh, [lifetime(0)])).toBe(437);
    expect(alice.allocate().address).toBe(SERVER);
  });

  it('is that of the connection for a client over TCP', () => {
    const world = createWorld();
    const alice = world.client({ transport: 'tcp' });
    alice.allocate();
    expect(world.relay.isAllocated(alice.fiveTuple)).toBe(true);
    alice.close();
    expect([world.sockets.size, world.relay.isAllocated(alice.fiveTuple)]).toEqual([0, false]);
  });

  it('has no end before its time: nothing but its five-tuple ends it', () => {
    const world = createWorld();
    world.client().allocate();
    const other = world.client({ remote: { ...CLIENT, port: 2 } });
    expect(other.outcome(METHOD.refresh, [lifetime(0)])).toBe(437);
    expect(world.sockets.size).toBe(1);
  });

  it('of all allocations ends with the server', () => {
    const world = createWorld();
    for (let port = 1; port <= 3; port++) world.client({ remote: { ...CLIENT, port } }).allocate();
    world.handle({ kind: 'closing' });
    expect([world.sockets.size, world.relay.population().udp]).toEqual([0, 0]);
  });

  it('that ended while its socket was being opened has that socket closed', () => {
    const world = createWorld({ opens: 'when told' });
    const alice = world.client({ transport: 'tcp' });
    const nonce = attribute(alice.answerTo(requestBytes(METHOD.allocate, [])), 'NONCE') ?? '';
    alice.say(requestBytes(METHOD.allocate, [REQUESTED_TRANSPORT], { shown: { ...USER, nonce } }));
    const [asked] = world.opening;
    alice.close();
    expect(world.relay.handle(0, { kind: 'opened', allocation: asked?.allocation ?? -1 })).toEqual([]);
    expect(world.relay.population().tcp).toBe(0);
  });
});
