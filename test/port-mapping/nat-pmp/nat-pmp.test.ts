/** NAT-PMP with a gateway on loopback: found, mapped, taken back; losses, refusals, strangers. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/endpoint.ts';
import { gatewayFinders } from '../../../src/port-mapping/gateway.ts';
import { REFUSED, type Router } from '../../../src/port-mapping/router.ts';
import { goodAnswer, type NatPmpFault, startFakeNatPmp } from '../fake-nat-pmp.ts';

const LOCAL = '127.0.0.1';
const REQUEST = { internalPort: 40_000, externalPort: 40_000, lifetimeS: 7_200 };
const NEVER = new AbortController().signal;
const isMap = (request: Buffer): boolean => request[1] === 1;
const refusal = (request: Buffer, code: number): Buffer => {
  const answer = goodAnswer(request);
  answer.writeUInt16BE(code, 2);
  return answer;
};
/** The router that is found by NAT-PMP; null when none is until the signal aborts. */
const find = async (gateway: Endpoint, signal: AbortSignal): Promise<Router | null> => {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const [byPcp, byNatPmp] = gatewayFinders({ local: LOCAL, gateway }).map((one) => one(either));
  const router = await byNatPmp;
  ended.abort();
  expect(await byPcp).toBeNull();
  return router ?? null;
};
const found = async (gateway: Endpoint): Promise<Router> => {
  const router = await find(gateway, NEVER);
  if (!router) throw new Error('no router');
  return router;
};

describe('NAT-PMP', () => {
  it('has the port mapped, and the mapping taken back', async () => {
    await using fake = await startFakeNatPmp();
    const router = await found(fake.gateway);
    expect(router).toMatchObject({ protocol: 'nat-pmp', endpoint: fake.gateway, wan: '203.0.113.101' });
    expect(await router.map(REQUEST)).toEqual({
      outcome: 'granted',
      external: { address: '203.0.113.101', port: 40_000 },
      lifetimeS: 7_200,
    });
    await router.unmap(REQUEST);
    expect(fake.requests).toEqual(['0000', '000100009c409c4000001c20', '000100009c40000000000000']);
  });

  it('takes the port that the gateway gives instead', async () => {
    await using fake = await startFakeNatPmp((request) => {
      const answer = goodAnswer(request);
      if (isMap(request)) answer.writeUInt16BE(50_001, 10);
      return [{ bytes: answer }];
    });
    expect(await (await found(fake.gateway)).map(REQUEST)).toMatchObject({ external: { port: 50_001 } });
  });

  it('asks again when a request is lost', async () => {
    await using fake = await startFakeNatPmp((_request, count) => (count % 2 === 1 ? [] : undefined));
    expect(await (await found(fake.gateway)).map(REQUEST)).toMatchObject({ external: { port: 40_000 } });
    expect(fake.requests).toHaveLength(4);
  });

  it.each([1, 2, 3, 4, 5])('is refused a mapping by the result code %i', async (code) => {
    await using fake = await startFakeNatPmp((request) =>
      isMap(request) ? [{ bytes: refusal(request, code) }] : undefined,
    );
    expect(await (await found(fake.gateway)).map(REQUEST)).toEqual(REFUSED);
  });

  it('takes port 0 for no mapping, and takes back what there may be', async () => {
    await using fake = await startFakeNatPmp((request) => {
      const answer = goodAnswer(request);
      if (isMap(request)) answer.writeUInt16BE(0, 10);
      return [{ bytes: answer }];
    });
    expect(await (await found(fake.gateway)).map(REQUEST)).toEqual(REFUSED);
    expect(fake.requests.at(-1)).toBe('000100009c40000000000000');
  });

  it('takes back what it may have been given without a word', async () => {
    await using fake = await startFakeNatPmp((request) =>
      isMap(request) && request.readUInt32BE(8) > 0 ? [] : undefined,
    );
    expect(await (await found(fake.gateway)).map(REQUEST)).toEqual(REFUSED);
    expect(fake.requests.at(-1)).toBe('000100009c40000000000000');
  });

  it('finds a gateway that has no address', async () => {
    await using fake = await startFakeNatPmp((request) => [{ bytes: refusal(request, 3) }]);
    const router = await found(fake.gateway);
    expect(router.wan).toBeNull();
    expect(await router.map(REQUEST)).toEqual({ outcome: 'refused', reason: 'no-wan-address' });
    expect(fake.requests).toHaveLength(1);
  });

  it.each([
    ['a stranger', (request) => [{ bytes: goodAnswer(request), by: 'stranger' }]],
    ['a gateway that sends one byte', () => [{ bytes: Uint8Array.of(0) }]],
    ['a gateway that sends nothing but a header', () => [{ bytes: Uint8Array.of(0, 128, 0, 0) }]],
    [
      'a gateway that answers something else',
      (request) => [{ bytes: goodAnswer(Buffer.concat([Buffer.of(0, 1), request])) }],
    ],
  ] satisfies [string, NatPmpFault][])('does not believe %s', async (_name, fault) => {
    await using fake = await startFakeNatPmp(fault);
    // After the second request, which goes out at 225 to 275 ms, and before the third, at 650 or later.
    const signal = AbortSignal.timeout(600);
    expect(await find(fake.gateway, signal)).toBeNull();
    expect(fake.requests).toEqual(['0000', '0000']);
  });
});
