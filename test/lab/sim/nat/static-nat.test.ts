/** A NAT that gives each host one public address and touches no port; and one that gives out addresses of a pool. */
import { describe, expect, it } from 'vitest';
import { DYNAMIC, STATIC, STATIC_FILTERED } from '../../../../lab/profiles.ts';
import { A1, at, B1, HOST, inside, natOf, OTHER_HOST, outside, PUBLIC } from './nat-box.ts';

const OTHER_PUBLIC = '198.51.100.2';
const POOL = [PUBLIC, OTHER_PUBLIC] as const;
const STRANGER = { address: '192.168.1.12', port: 40_000 };

describe('a static NAT', () => {
  it('gives each host an address of its own, and leaves the port as it is', () => {
    const { send } = natOf(STATIC, POOL);
    expect(send(0, HOST, A1)).toEqual(outside(at(40_000), A1));
    expect(send(0, OTHER_HOST, A1)).toEqual(outside({ address: OTHER_PUBLIC, port: 40_000 }, A1));
  });

  it('leads what comes to a public address to its host, which has sent nothing', () => {
    const { receive } = natOf(STATIC, POOL);
    expect(receive(0, A1, at(40_000))).toEqual(inside(A1, HOST));
    expect(receive(0, B1, { address: OTHER_PUBLIC, port: 40_000 })).toEqual(inside(B1, OTHER_HOST));
  });

  it('behind a stateful filter lets in only what its host has asked for, until it is forgotten', () => {
    const { send, receive, reboot } = natOf(STATIC_FILTERED, POOL);
    expect(receive(0, A1, at(40_000))).toEqual({ kind: 'drop', why: 'filtered' });
    send(0, HOST, A1);
    expect(receive(0, A1, at(40_000))).toEqual(inside(A1, HOST));
    expect(receive(0, B1, at(40_000))).toEqual({ kind: 'drop', why: 'filtered' });
    reboot();
    expect(receive(0, A1, at(40_000))).toEqual({ kind: 'drop', why: 'filtered' });
  });

  it('knows nobody but the hosts that it has an address for', () => {
    const { send, receive } = natOf(STATIC, POOL);
    expect(send(0, STRANGER, A1)).toEqual({ kind: 'drop', why: 'no-mapping' });
    expect(receive(0, A1, { address: '198.51.100.3', port: 1 })).toEqual({ kind: 'drop', why: 'no-mapping' });
  });

  it('leads one host to the other by its public address if it hairpins, and else does not', () => {
    const other = { address: OTHER_PUBLIC, port: 40_000 };
    expect(natOf({ ...STATIC, hairpin: true }, POOL).send(0, HOST, other)).toEqual(inside(at(40_000), OTHER_HOST));
    expect(natOf(STATIC, POOL).send(0, HOST, other)).toEqual({ kind: 'drop', why: 'no-hairpin' });
  });
});

describe('a dynamic NAT', () => {
  it('takes an address on which the port of the host is free, and drops the packet where there is none', () => {
    const { sourceOf, send } = natOf(DYNAMIC, POOL);
    const [one, other] = [HOST, OTHER_HOST].map((host) => sourceOf(0, host, A1));
    expect([one, other].map((source) => source?.port)).toEqual([40_000, 40_000]);
    expect(new Set([one, other].map((source) => source?.address))).toEqual(new Set(POOL));
    expect(send(0, STRANGER, A1)).toEqual({ kind: 'drop', why: 'no-free-port' });
  });

  it('gives the sockets of one host any of its addresses, and each socket one', () => {
    const { sourceOf } = natOf(DYNAMIC, POOL);
    const sources = Array.from({ length: 20 }, (_, index) => {
      const socket = { ...HOST, port: 50_000 + index };
      const source = sourceOf(0, socket, A1);
      expect(sourceOf(0, socket, B1)).toEqual(source);
      return source.address;
    });
    expect(new Set(sources)).toEqual(new Set(POOL));
  });
});
