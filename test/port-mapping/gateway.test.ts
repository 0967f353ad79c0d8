/** One port of a gateway, two protocols: never two mappings, and whichever is spoken is found. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoint.ts';
import { firstMapping } from '../../src/port-mapping/first-mapping.ts';
import { gatewayFinders } from '../../src/port-mapping/gateway.ts';
import type { PortMapping } from '../../src/port-mapping/renewed-mapping.ts';
import { startFakeNatPmp } from './fake-nat-pmp.ts';
import { startFakePcp } from './fake-pcp.ts';

const LOCAL = '127.0.0.1';
const PORT = 40_000;
const openAt = (gateway: Endpoint, timeoutMs = 10_000) =>
  firstMapping({ finders: gatewayFinders({ local: LOCAL, gateway }), port: PORT, timeoutMs });
const mappingAt = async (gateway: Endpoint): Promise<PortMapping> => {
  const result = await openAt(gateway);
  if (result.outcome === 'none') throw new Error(result.reason);
  return result;
};
/** RFC 6886 §3.3: the requests for a port. */
const natPmpMaps = (requests: readonly string[]): readonly string[] => requests.filter((one) => one.startsWith('0001'));

describe('a gateway', () => {
  it('that speaks both maps the port by PCP alone, and takes it back', async () => {
    await using fake = await startFakePcp(() => undefined, { speaksNatPmp: true });
    const mapping = await mappingAt(fake.gateway);
    expect(mapping).toMatchObject({
      protocol: 'pcp',
      isPinhole: false,
      external: { address: '203.0.113.101', port: PORT },
      router: fake.gateway,
    });
    expect([...fake.mapped.keys()]).toEqual([PORT]);
    await mapping[Symbol.asyncDispose]();
    expect(fake.mapped.size).toBe(0);
    expect(natPmpMaps(fake.natPmpRequests)).toEqual([]);
  });

  it('that speaks NAT-PMP alone, and says so to PCP, maps the port by it', async () => {
    await using fake = await startFakeNatPmp();
    const mapping = await mappingAt(fake.gateway);
    expect(mapping).toMatchObject({ protocol: 'nat-pmp', external: { address: '203.0.113.101', port: PORT } });
    await mapping[Symbol.asyncDispose]();
    expect(natPmpMaps(fake.requests)).toEqual(['000100009c409c4000001c20', '000100009c40000000000000']);
  });

  it('that speaks PCP alone maps the port by it', async () => {
    await using fake = await startFakePcp();
    await using mapping = await mappingAt(fake.gateway);
    expect(mapping).toMatchObject({ outcome: 'mapped', protocol: 'pcp' });
  });

  it('that refuses by PCP is asked by NAT-PMP too', async () => {
    await using fake = await startFakePcp(
      (request, good) => {
        if (request[1] === 1) good.writeUInt8(2, 3);
        return [good];
      },
      { speaksNatPmp: true },
    );
    await using mapping = await mappingAt(fake.gateway);
    expect(mapping).toMatchObject({ outcome: 'mapped', protocol: 'nat-pmp' });
    expect(natPmpMaps(fake.natPmpRequests)).toHaveLength(1);
  });

  it('that refuses by PCP, and speaks nothing else, refuses', async () => {
    await using fake = await startFakePcp((request, good) => {
      if (request[1] === 1) good.writeUInt8(2, 3);
      return [good];
    });
    expect(await openAt(fake.gateway, 200)).toEqual({ outcome: 'none', reason: 'router-refuses', wan: null });
  });
});

describe('when it is aborted', () => {
  const aborted = async (
    fault: (isRemoval: boolean, abort: () => void) => void,
  ): Promise<{ readonly left: number; readonly error: unknown }> => {
    const abort = new AbortController();
    await using fake = await startFakePcp((request) => {
      fault(request[1] === 1, () => abort.abort(new Error('enough')));
      return undefined;
    });
    const finders = gatewayFinders({ local: LOCAL, gateway: fake.gateway });
    const error = await firstMapping({ finders, port: PORT, timeoutMs: 10_000, signal: abort.signal }).catch(
      (reason: unknown) => reason,
    );
    return { left: fake.mapped.size, error };
  };

  it.each([
    ['while the gateway is searched for', (isMap: boolean, abort: () => void) => void (!isMap && abort())],
    ['while it maps the port', (isMap: boolean, abort: () => void) => void (isMap && abort())],
  ])('%s, nothing is left at the gateway', async (_name, fault) => {
    expect(await aborted(fault)).toEqual({ left: 0, error: new Error('enough') });
  });
});
