/** The driver keeps the contract of src/session.ts. */
import { describe, expect, it } from 'vitest';
import { createHost, type Host } from '../../../../lab/sim/network/host.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { runSession, runUntilDone, startSession } from '../../../../lab/sim/network/run-session.ts';
import { createWorld } from '../../../../lab/sim/network/world.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';
import type { Output, Session } from '../../../../src/session.ts';

const ECHO: Endpoint = { address: '203.0.113.10', port: 7 };

function worldWithEcho(seed = 1) {
  const world = createWorld({ seed });
  const server = createHost(world, { name: 'echo', realm: world.internet, addresses: [ECHO.address] });
  server.open((from, bytes) => server.sendFrom(ECHO, from, bytes), ECHO);
  server.listen(ECHO.port);
  const addHost = (name: string): Host =>
    createHost(world, { name, realm: world.internet, link: symmetricLink({ latencyMs: 10 }) });
  return { world, addHost };
}

type Log = string[];

/** Does the outputs in order, then is done when `until` holds of its log; the result is the log, with times. */
function scripted(outputs: readonly Output<Log>[], until: (log: Log) => boolean): Session<Log> {
  const log: Log = [];
  const queue = [...outputs];
  return {
    handleDatagram: (now, { socket, from, bytes }) => log.push(`${now} datagram ${socket} ${from.address} ${bytes}`),
    handleSendFailure: (now, { socket, code }) => log.push(`${now} send failure ${socket} ${code}`),
    handleConnect: (now, { outcome }) => log.push(`${now} connect ${outcome}`),
    handleTimeout: (now) => log.push(`${now} timeout`),
    poll: () =>
      queue.shift() ?? (until(log) ? { kind: 'done', result: log } : { kind: 'wait', until: Number.POSITIVE_INFINITY }),
  };
}

const run = (outputs: readonly Output<Log>[], until: (log: Log) => boolean): Log => {
  const { world, addHost } = worldWithEcho();
  return runSession(world, { host: addHost('host'), sockets: ['a', 'b'], create: () => scripted(outputs, until) });
};

const some = (log: Log): boolean => log.length > 0;

describe('session driver', () => {
  it('sends from the named socket and hands in what comes to it, with the time', () => {
    const bytes = Uint8Array.of(5);
    expect(run([{ kind: 'transmit', socket: 'b', to: ECHO, bytes }], some)).toEqual(['20 datagram b 203.0.113.10 5']);
  });

  it('hands in a failure to send with its code', () => {
    const to = { address: '2001:db8::1', port: 7 };
    const outputs: Output<Log>[] = [{ kind: 'transmit', socket: 'a', to, bytes: Uint8Array.of(5) }];
    expect(run(outputs, some)).toEqual(['0 send failure a ENETUNREACH']);
  });

  it('hands in the outcome of a connect', () => {
    expect(run([{ kind: 'connect', socket: 'a', to: ECHO }], some)).toEqual(['20 connect accepted']);
  });

  it('wakes the session at its deadline, and at an earlier one that it asks for later', () => {
    const bytes = Uint8Array.of(5);
    const outputs: Output<Log>[] = [
      { kind: 'transmit', socket: 'a', to: ECHO, bytes },
      { kind: 'wait', until: 100 },
      { kind: 'wait', until: 30 },
      { kind: 'wait', until: 50 },
    ];
    expect(run(outputs, (log) => log.length >= 3)).toEqual([
      '20 datagram a 203.0.113.10 5',
      '30 timeout',
      '50 timeout',
    ]);
  });

  it('gives the session the local endpoints of its sockets, and chance from the seed', () => {
    const contextOf = (seed: number) => {
      const { world, addHost } = worldWithEcho(seed);
      return runSession(world, {
        host: addHost('host'),
        sockets: ['a', 'b'],
        create: ({ local, random, now }) => {
          const result = { local, bytes: [...random.bytes(12)], now };
          return { ...scripted([], some), poll: () => ({ kind: 'done', result }) };
        },
      });
    };
    const { local, now } = contextOf(1);
    expect(now).toBe(0);
    expect(local.a.address).toBe('198.51.100.1');
    expect(local.a.port).not.toBe(local.b.port);
    expect(contextOf(1)).toEqual(contextOf(1));
    expect(contextOf(1).bytes).not.toEqual(contextOf(2).bytes);
  });

  it('runs several sessions in one world until all are done, and closes their sockets then', () => {
    const { world, addHost } = worldWithEcho();
    const hosts = [addHost('first'), addHost('second')];
    const transmit = (byte: number): Output<Log> => ({
      kind: 'transmit',
      socket: 'a',
      to: ECHO,
      bytes: Uint8Array.of(byte),
    });
    const ports = new Map<Host, number>();
    const runs = hosts.map((host, index) =>
      startSession(world, {
        host,
        sockets: ['a'],
        create: ({ local }) => {
          ports.set(host, local.a.port);
          return scripted([transmit(index)], some);
        },
      }),
    );
    expect(runs.map((one) => one.outcome())).toEqual([null, null]);
    runUntilDone(world, runs);
    expect(runs.map((one) => one.outcome())).toEqual([
      { at: 20, result: ['20 datagram a 203.0.113.10 0'] },
      { at: 20, result: ['20 datagram a 203.0.113.10 1'] },
    ]);
    for (const host of hosts)
      expect(host.open(() => {}, { port: ports.get(host) ?? 0 }).local.port).toBe(ports.get(host));
  });

  it('fails when a session waits for what never happens', () => {
    expect(() => run([], some)).toThrow('a session is not done at 0 ms, after 1 events');
  });

  it('fails when a session reaches the bound of events, or of virtual time', () => {
    const { world, addHost } = worldWithEcho();
    const host = addHost('host');
    const restless: Session<Log> = { ...scripted([], some), poll: (now) => ({ kind: 'wait', until: now + 10 }) };
    const options = { host, sockets: ['a'], create: () => restless };
    expect(() => runSession(world, { ...options, bounds: { maxEvents: 6 } })).toThrow(
      'not done at 50 ms, after 6 events',
    );
    expect(() => runSession(world, { ...options, bounds: { maxVirtualMs: 100 } })).toThrow(/not done at 160 ms/);
  });

  it('fails when a session transmits without end', () => {
    const transmit: Output<Log> = { kind: 'transmit', socket: 'a', to: ECHO, bytes: new Uint8Array() };
    const { world, addHost } = worldWithEcho();
    const create = (): Session<Log> => ({ ...scripted([], some), poll: () => transmit });
    expect(() => runSession(world, { host: addHost('host'), sockets: ['a'], create })).toThrow('never waits, at 0 ms');
  });

  it('fails when a session names a socket that it does not have', () => {
    const transmit: Output<Log> = { kind: 'transmit', socket: 'c', to: ECHO, bytes: new Uint8Array() };
    expect(() => run([transmit], some)).toThrow('has no socket named c');
  });
});
