/** PCP with a gateway on loopback: found, mapped, renewed, taken back; refusals, restarts, strangers. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/endpoint.ts';
import { gatewayFinders } from '../../../src/port-mapping/gateway.ts';
import { NO_WAN_ADDRESS, REFUSED, type Router } from '../../../src/port-mapping/router.ts';
import { EXTERNAL, type PcpFault, startFakePcp } from '../fake-pcp.ts';

const LOCAL = '127.0.0.1';
const REQUEST = { internalPort: 40_000, externalPort: 40_000, lifetimeS: 7_200 };
const isMap = (request: Buffer): boolean => request[1] === 1;
const isGrant = (request: Buffer): boolean => isMap(request) && request.readUInt32BE(4) > 0;

/** The router that is found by PCP; null when none is until the signal aborts. */
const find = async (gateway: Endpoint, signal: AbortSignal, local = LOCAL): Promise<Router | null> => {
  const ended = new AbortController();
  const searches = gatewayFinders({ local, gateway }).map((one) => one(AbortSignal.any([signal, ended.signal])));
  const router = await searches[0];
  ended.abort();
  await Promise.all(searches);
  return router ?? null;
};
const found = async (gateway: Endpoint, local = LOCAL): Promise<Router> => {
  const router = await find(gateway, new AbortController().signal, local);
  if (!router) throw new Error('no router');
  return router;
};
/** A gateway whose answer to a request for a port is changed. */
const changing =
  (change: (answer: Buffer) => void): PcpFault =>
  (request, good) => {
    if (isGrant(request)) change(good);
    return [good];
  };

describe('PCP', () => {
  it('has the port mapped, renewed and taken back, by one nonce', async () => {
    await using fake = await startFakePcp();
    const router = await found(fake.gateway);
    expect(router).toMatchObject({ protocol: 'pcp', endpoint: fake.gateway, wan: null, isPinhole: false });
    const granted = { outcome: 'granted', external: { address: EXTERNAL.address, port: 40_000 }, lifetimeS: 7_200 };
    expect(await router.map(REQUEST)).toEqual(granted);
    expect(await router.map(REQUEST)).toEqual(granted);
    expect([...fake.mapped.keys()]).toEqual([40_000]);
    await router.unmap(REQUEST);
    expect(fake.mapped.size).toBe(0);
    const maps = fake.requests.map((one) => Buffer.from(one, 'hex')).filter(isMap);
    expect(new Set(maps.map((one) => one.toString('hex', 24, 36))).size).toBe(1);
    // What was given is what is asked for again.
    expect(maps.map((one) => one.toString('hex', 44))).toEqual([
      '00000000000000000000ffff00000000',
      EXTERNAL.bytes.toString('hex'),
      '0'.repeat(32),
    ]);
  });

  it('has each mapping asked for by a nonce of its own', async () => {
    await using fake = await startFakePcp();
    const router = await found(fake.gateway);
    await router.map(REQUEST);
    await router.map({ ...REQUEST, internalPort: 40_001 });
    await (await found(fake.gateway)).map({ ...REQUEST, internalPort: 40_002 });
    expect(new Set(fake.mapped.values()).size).toBe(3);
  });

  it('takes the port and the lifetime that the gateway gives', async () => {
    await using fake = await startFakePcp(
      changing((answer) => {
        answer.writeUInt32BE(2 ** 32 - 1, 4);
        answer.writeUInt16BE(50_001, 42);
      }),
    );
    expect(await (await found(fake.gateway)).map(REQUEST)).toEqual({
      outcome: 'granted',
      external: { address: EXTERNAL.address, port: 50_001 },
      lifetimeS: 2 ** 32 - 1,
    });
  });

  it('asks again when a request is lost', async () => {
    await using fake = await startFakePcp((_request, good, count) => (count % 2 === 0 ? [good] : []));
    expect(await (await found(fake.gateway)).map(REQUEST)).toMatchObject({ external: { port: 40_000 } });
    expect(fake.requests).toHaveLength(4);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])('is refused a mapping by the result code %i', async (code) => {
    await using fake = await startFakePcp(
      changing((answer) => {
        answer.writeUInt8(code, 3);
        answer.writeUInt32BE(0, 4);
      }),
    );
    expect(await (await found(fake.gateway)).map(REQUEST)).toEqual(REFUSED);
  });

  it('is told after how long to ask again', async () => {
    await using fake = await startFakePcp(
      changing((answer) => {
        answer.writeUInt8(8, 3);
        answer.writeUInt32BE(30, 4);
      }),
    );
    expect(await (await found(fake.gateway)).map(REQUEST)).toEqual({ ...REFUSED, retryAfterS: 30 });
  });

  it.each([
    ['a lifetime of 0', (answer: Buffer) => answer.writeUInt32BE(0, 4), REFUSED],
    ['port 0', (answer: Buffer) => answer.writeUInt16BE(0, 42), REFUSED],
    ['no address', (answer: Buffer) => answer.fill(0, 56, 60), NO_WAN_ADDRESS],
    ['an IPv6 address', (answer: Buffer) => answer.fill(0x20, 44, 60), NO_WAN_ADDRESS],
    ['a loopback address', (answer: Buffer) => answer.fill(127, 56, 57), NO_WAN_ADDRESS],
  ])('takes %s for no mapping, and takes back what there may be', async (_name, change, expected) => {
    await using fake = await startFakePcp(changing(change));
    expect(await (await found(fake.gateway)).map(REQUEST)).toEqual(expected);
    expect(fake.mapped.size).toBe(0);
  });

  it('takes back what it may have been given without a word', async () => {
    await using fake = await startFakePcp((request) => (isGrant(request) ? [] : undefined));
    expect(await (await found(fake.gateway)).map(REQUEST)).toEqual(REFUSED);
    expect(fake.mapped.size).toBe(0);
  });

  it('keeps what it has when a renewal is not answered', async () => {
    let isSilent = false;
    await using fake = await startFakePcp((request) => (isSilent && isMap(request) ? [] : undefined));
    const router = await found(fake.gateway);
    await router.map(REQUEST);
    isSilent = true;
    expect(await router.map(REQUEST)).toEqual(REFUSED);
    expect(fake.mapped.size).toBe(1);
  });

  it('does not believe a stranger, whatever the stranger sends first', async () => {
    await using fake = await startFakePcp((request, good) => {
      const lie = Buffer.from(good);
      if (isMap(request)) lie.writeUInt16BE(6_666, 42);
      return [{ bytes: lie, by: 'stranger' }, good];
    });
    expect(await (await found(fake.gateway)).map(REQUEST)).toMatchObject({ external: { port: 40_000 } });
  });

  it('does not believe an answer that is about something else, and waits for its own', async () => {
    await using fake = await startFakePcp((request, good) => {
      if (!isGrant(request)) return [good];
      const lies = [24, 36, 41].map((at) => {
        const lie = Buffer.from(good);
        lie[at] = (lie[at] ?? 0) ^ 0xff;
        lie.writeUInt16BE(6_666, 42);
        return lie;
      });
      return [...lies, Buffer.alloc(1_104, good), good.subarray(0, 40), Buffer.alloc(0), good];
    });
    expect(await (await found(fake.gateway)).map(REQUEST)).toMatchObject({ external: { port: 40_000 } });
  });

  it('has a gateway that has restarted map the port again at the renewal', async () => {
    await using fake = await startFakePcp();
    const router = await found(fake.gateway);
    await router.map(REQUEST);
    fake.restart();
    expect(await router.map(REQUEST)).toMatchObject({ outcome: 'granted' });
    expect([...fake.mapped.keys()]).toEqual([40_000]);
  });

  it('asks a gateway that has restarted, and is not ready, again as soon as may be', async () => {
    let isReady = true;
    await using fake = await startFakePcp((request, good) => {
      if (isReady || !isGrant(request)) return [good];
      good.writeUInt8(7, 3);
      good.writeUInt32BE(0, 4);
      return [good];
    });
    const router = await found(fake.gateway);
    await router.map(REQUEST);
    isReady = false;
    // It knows what it has mapped: half of what is left is soon enough.
    expect(await router.map(REQUEST)).toEqual(REFUSED);
    fake.restart();
    expect(await router.map(REQUEST)).toEqual({ ...REFUSED, retryAfterS: 0 });
  });
});

describe('PCP over IPv6', () => {
  const HOST = '::1';
  const options = { at: { address: HOST, port: 0 } };

  it('has a pinhole opened for the very port, and closed', async () => {
    await using fake = await startFakePcp(() => undefined, options);
    const router = await found(fake.gateway, HOST);
    expect(router).toMatchObject({ protocol: 'pcp', isPinhole: true, wan: null });
    expect(await router.map(REQUEST)).toEqual({
      outcome: 'granted',
      external: { address: HOST, port: 40_000 },
      lifetimeS: 7_200,
    });
    expect([...fake.mapped.keys()]).toEqual([40_000]);
    await router.unmap(REQUEST);
    expect(fake.mapped.size).toBe(0);
  });

  it.each([
    ['another port', (answer: Buffer) => answer.writeUInt16BE(40_001, 42)],
    ['another address', (answer: Buffer) => answer.writeUInt8(9, 59)],
    ['an IPv4 address', (answer: Buffer) => EXTERNAL.bytes.copy(answer, 44)],
  ])('takes %s for no pinhole, and takes back what there may be', async (_name, change) => {
    await using fake = await startFakePcp(changing(change), options);
    expect(await (await found(fake.gateway, HOST)).map(REQUEST)).toEqual(REFUSED);
    expect(fake.mapped.size).toBe(0);
  });

  it('asks nobody by NAT-PMP, which has no IPv6', async () => {
    await using fake = await startFakePcp(() => undefined, options);
    await found(fake.gateway, HOST);
    expect(fake.requests.map((one) => one.slice(0, 4))).toEqual(['0200']);
    expect(fake.natPmpRequests).toEqual([]);
  });
});
