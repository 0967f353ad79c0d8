/** What the log has of allocations: whose each is, and why and after what time it has ended; no address unless it is wanted. */
import { describe, expect, it, vi } from 'vitest';
import { createLog } from '../../../server/operations/log.ts';
import { type AllocationTold, createAllocationWatch } from '../../../server/turn/allocation-watch.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { portOf, startRelayServer, USERS } from './relay-server.ts';
import { lifetime } from './requests.ts';
import { openTurnClient } from './turn-client.ts';

const FIVE_TUPLE = { transport: 'tcp', via: 0, remote: { address: '192.0.2.7', port: 7 } } as const;
const RELAYED = { address: '2001:db8::1', port: 50_000 };

describe('of an allocation', () => {
  const watch = () => {
    const told: AllocationTold[] = [];
    let now = 1_000;
    const pass = (ms: number): void => {
      now += ms;
    };
    return { ...createAllocationWatch({ now: () => now, tell: (one) => told.push(one) }), told, pass };
  };
  const made = (allocation: number, credentials: { readonly user: string; readonly session: string | null }) =>
    ({ kind: 'allocated', allocation, fiveTuple: FIVE_TUPLE, relayed: RELAYED, credentials }) as const;
  const released = (allocation: number) => ({ kind: 'close-relay', allocation, reason: 'expired' }) as const;

  it('it is told when it is made, and for how long it was there', () => {
    const { allocated, released: release, told, pass } = watch();
    allocated(made(4, { user: ':abc', session: 'abc' }));
    pass(61_240);
    release(released(4));
    const where = { transport: 'tcp', family: 'IPv6', from: '192.0.2.7:7' };
    expect(told).toEqual([
      { event: 'allocated', fields: { allocation: 4, session: 'abc', ...where } },
      { event: 'released', fields: { allocation: 4, reason: 'expired', seconds: 61.2 } },
    ]);
  });

  it.each(['bob', ':bob'])('the name of a user is told whose account the operator has given: %s', (user) => {
    const { allocated, told } = watch();
    allocated(made(0, { user, session: null }));
    expect(told[0]?.fields).toMatchObject({ user: 'bob' });
  });

  it('nothing is told that never had a socket', () => {
    const { released: release, told } = watch();
    release(released(9));
    expect(told).toEqual([]);
  });
});

describe.each([0, 1])('the log of a relay with %i workers', (workers) => {
  const start = async (addresses: boolean) => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const log = createLog({ level: 'debug', format: 'text', addresses, write, timestamp: () => 'TIME' });
    const server = await startRelayServer({}, { log, workers });
    const of = (event: string) => lines.filter((line) => line.includes(` ${event} `));
    return { server, of };
  };
  const worker = workers === 0 ? '' : ' worker=\\d+';
  const user = USERS[0]?.name;

  it.each([
    ['udp', true, 'given-up'],
    ['tcp', false, 'disconnected'],
  ] as const)('has the allocation of a client over %s', async (transport, addresses, reason) => {
    const { server, of } = await start(addresses);
    await using _server = server;
    {
      await using alice = await openTurnClient(portOf(server), { transport });
      await alice.allocate();
      if (transport === 'udp') await alice.outcome(METHOD.refresh, [lifetime(0)]);
    }
    await vi.waitFor(() => expect(of('released')).toHaveLength(1));
    const from = addresses ? ' from=127\\.0\\.0\\.1:\\d+' : '';
    const made = `^TIME debug allocated allocation=0 user=${user} transport=${transport} family=IPv4${worker}${from}\n$`;
    expect(of('allocated')).toEqual([expect.stringMatching(new RegExp(made))]);
    const ended = `^TIME debug released allocation=0 reason=${reason} seconds=\\d+(\\.\\d)?${worker}\n$`;
    expect(of('released')).toEqual([expect.stringMatching(new RegExp(ended))]);
  });
});

it('an allocation that is there to the end of the server ends with it', async () => {
  const lines: string[] = [];
  const log = createLog({
    ...{ level: 'debug', format: 'json', addresses: false, timestamp: () => 'TIME' },
    write: (line) => lines.push(line),
  });
  const server = await startRelayServer({}, { log });
  await using alice = await openTurnClient(portOf(server), { transport: 'udp' });
  await alice.allocate();
  await server[Symbol.asyncDispose]();
  expect(lines.map((line) => JSON.parse(line)).find(({ event }) => event === 'released')).toMatchObject({
    ...{ level: 'debug', allocation: 0, reason: 'closing' },
  });
});
