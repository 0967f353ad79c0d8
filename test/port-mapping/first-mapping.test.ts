/** Which router counts, and that whatever was given is given back, on every way out. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { firstMapping } from '../../src/port-mapping/first-mapping.ts';
import type { PortMapping } from '../../src/port-mapping/renewed-mapping.ts';
import {
  type FindRouter,
  type MapResult,
  NO_WAN_ADDRESS,
  type PortRequest,
  REFUSED,
  type Router,
} from '../../src/port-mapping/router.ts';

const PORT = 40_000;
const TIMEOUT_MS = 2_000;

const granted = (externalPort: number, lifetimeS: number): MapResult => ({
  outcome: 'granted',
  external: { address: '203.0.113.101', port: externalPort },
  lifetimeS,
});
const asAsked = ({ externalPort, lifetimeS }: PortRequest): MapResult => granted(externalPort, lifetimeS);

/** A router, and what it was asked. */
function fakeRouter(parts: Partial<Router> = {}) {
  const log: string[] = [];
  const router: Router = {
    protocol: 'upnp-igd',
    endpoint: { address: '10.0.0.1', port: 80 },
    wan: '203.0.113.101',
    isPinhole: false,
    map: async ({ internalPort, externalPort, lifetimeS }) => {
      log.push(`map ${internalPort} ${externalPort} ${lifetimeS}`);
      return granted(externalPort, lifetimeS);
    },
    unmap: async ({ internalPort, externalPort }) => void log.push(`unmap ${internalPort} ${externalPort}`),
    ...parts,
  };
  return { router, log };
}

const at =
  (router: Router | null): FindRouter =>
  async () =>
    router;
const silent: FindRouter = (signal) =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
const refusing = { map: async () => REFUSED };
const nameless = { wan: null, map: async () => NO_WAN_ADDRESS };

const mappingOf = async (finders: readonly FindRouter[]): Promise<PortMapping> => {
  const result = await firstMapping({ finders, port: PORT, timeoutMs: TIMEOUT_MS });
  if (result.outcome === 'none') throw new Error(result.reason);
  return result;
};

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('of several routers', () => {
  it('the first that answers maps the port, and the search of the others ends', async () => {
    const { router, log } = fakeRouter();
    await using mapping = await mappingOf([silent, at(router)]);
    expect(mapping).toMatchObject({
      outcome: 'mapped',
      external: { address: '203.0.113.101', port: PORT },
      protocol: 'upnp-igd',
      router: { address: '10.0.0.1', port: 80 },
    });
    expect(log).toEqual(['map 40000 40000 7200']);
  });

  it('the second is asked only when the first refuses', async () => {
    const { router, log } = fakeRouter({ protocol: 'nat-pmp' });
    const finders = [at(fakeRouter(refusing).router), at(router)];
    await using mapping = await mappingOf(finders);
    expect(mapping).toMatchObject({ outcome: 'mapped', protocol: 'nat-pmp' });
    expect(log).toHaveLength(1);
  });

  it.each([
    ['none that answers', [at(null)], { reason: 'router-silent', wan: null }],
    ['one without an address', [at(fakeRouter(nameless).router)], { reason: 'no-wan-address', wan: null }],
    ['one that refuses', [at(fakeRouter(refusing).router)], { reason: 'router-refuses', wan: '203.0.113.101' }],
    [
      'one that refuses and one without an address',
      [at(fakeRouter(refusing).router), at(fakeRouter(nameless).router)],
      { reason: 'router-refuses', wan: '203.0.113.101' },
    ],
    ['nobody to ask', [], { reason: 'router-silent', wan: null }],
  ] as const)('%s: no mapping, and why', async (_name, finders, expected) => {
    const result = await firstMapping({ finders, port: PORT, timeoutMs: TIMEOUT_MS });
    expect(result).toEqual({ outcome: 'none', ...expected });
  });

  it('none is waited for longer than the time given', async () => {
    const result = firstMapping({ finders: [silent], port: PORT, timeoutMs: TIMEOUT_MS });
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
    expect(await result).toMatchObject({ reason: 'router-silent' });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a mapping', () => {
  it('is renewed at half of its life, and taken back once when disposed of', async () => {
    const { router, log } = fakeRouter();
    const mapping = await mappingOf([at(router)]);
    await vi.advanceTimersByTimeAsync(3_600_000);
    await vi.advanceTimersByTimeAsync(3_600_000);
    await mapping[Symbol.asyncDispose]();
    await mapping[Symbol.asyncDispose]();
    expect(log).toEqual(['map 40000 40000 7200', 'map 40000 40000 7200', 'map 40000 40000 7200', 'unmap 40000 40000']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('whose renewal fails is renewed again before it ends', async () => {
    const asked: PortRequest[] = [];
    const { router } = fakeRouter({
      map: async (request) => {
        asked.push(request);
        return asked.length === 2 ? REFUSED : asAsked(request);
      },
    });
    await using _ = await mappingOf([at(router)]);
    await vi.advanceTimersByTimeAsync(3_600_000 + 1_800_000);
    expect(asked).toHaveLength(3);
  });

  it('is renewed every ten seconds at the most, however short the router says and however often it refuses', async () => {
    let asked = 0;
    const { router } = fakeRouter({ map: async () => (++asked === 1 ? granted(PORT, 1) : REFUSED) });
    await using _ = await mappingOf([at(router)]);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(asked).toBe(11);
  });

  it('that is given for ever is renewed every hour', async () => {
    let asked = 0;
    const { router } = fakeRouter({
      map: async () => {
        asked += 1;
        return granted(PORT, 2 ** 32 - 1);
      },
    });
    await using _ = await mappingOf([at(router)]);
    await vi.advanceTimersByTimeAsync(3_599_999);
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(1 + 3_600_000);
    expect(asked).toBe(3);
  });

  it.each([
    [0, 10_000],
    [30, 30_000],
    [2 ** 32 - 1, 3_600_000],
  ])('whose renewal is refused for %i s is renewed after %i ms', async (retryAfterS, expectedMs) => {
    let asked = 0;
    const { router } = fakeRouter({
      map: async (request) => (++asked === 2 ? { ...REFUSED, retryAfterS } : asAsked(request)),
    });
    await using _ = await mappingOf([at(router)]);
    await vi.advanceTimersByTimeAsync(3_600_000 + expectedMs - 1);
    expect(asked).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toBe(3);
  });

  it('says where it is after a renewal, is asked for there, and is taken back there', async () => {
    let asked = 0;
    const requests: PortRequest[] = [];
    const { router, log } = fakeRouter({
      map: async (request) => {
        requests.push(request);
        return granted(++asked === 1 ? PORT : 50_001, 7_200);
      },
    });
    const mapping = await mappingOf([at(router)]);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(mapping.external).toEqual({ address: '203.0.113.101', port: 50_001 });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(requests.map(({ externalPort }) => externalPort)).toEqual([PORT, PORT, 50_001]);
    await mapping[Symbol.asyncDispose]();
    expect(log).toEqual(['unmap 40000 50001']);
  });

  it('whose renewal throws is taken back all the same, and whoever disposes of it is told', async () => {
    let asked = 0;
    const { router, log } = fakeRouter({
      map: async (request) => {
        if (++asked === 2) throw new Error('a bug');
        return asAsked(request);
      },
    });
    const mapping = await mappingOf([at(router)]);
    await vi.advanceTimersByTimeAsync(3_600_000);
    await expect(mapping[Symbol.asyncDispose]()).rejects.toThrow('a bug');
    expect(log).toEqual(['unmap 40000 40000']);
  });

  it('is of the port that the router gave', async () => {
    const { router, log } = fakeRouter({ map: async () => granted(50_000, 60) });
    const mapping = await mappingOf([at(router)]);
    expect(mapping.external.port).toBe(50_000);
    await mapping[Symbol.asyncDispose]();
    expect(log).toEqual(['unmap 40000 50000']);
  });
});

describe('when it is aborted', () => {
  it('before, nobody is asked', async () => {
    const find = vi.fn<FindRouter>(at(null));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(firstMapping({ finders: [find], port: PORT, timeoutMs: TIMEOUT_MS, signal })).rejects.toThrow(
      'enough',
    );
    expect(find).not.toHaveBeenCalled();
  });

  it('while it searches, it throws the reason and leaves no timer', async () => {
    const abort = new AbortController();
    const result = firstMapping({ finders: [silent], port: PORT, timeoutMs: TIMEOUT_MS, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(result).rejects.toThrow('enough');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('while a router maps the port, the mapping is taken back first', async () => {
    const abort = new AbortController();
    const { router, log } = fakeRouter({
      map: async (request) => {
        abort.abort(new Error('enough'));
        return asAsked(request);
      },
    });
    const result = firstMapping({ finders: [at(router)], port: PORT, timeoutMs: TIMEOUT_MS, signal: abort.signal });
    await expect(result).rejects.toThrow('enough');
    expect(log).toEqual(['unmap 40000 40000']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
