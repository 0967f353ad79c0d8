/** One port on all addresses, or nothing open. */
import { describe, expect, it } from 'vitest';
import { type BoundSocket, bindOnAll } from '../../../server/sockets/bind.ts';
import { listenError } from '../../../server/sockets/listen-error.ts';
import { StartError } from '../../../server/start-error.ts';

const ADDRESSES = ['a', 'b'];

/** A host whose free ports come in order, and on which some are taken on one address. */
function createHost(taken: readonly string[]) {
  const open = new Set<string>();
  let free = 50_000;
  return {
    open,
    bind: async (address: string, port: number): Promise<BoundSocket> => {
      const actual = port === 0 ? free++ : port;
      const name = `${address}:${actual}`;
      if (taken.includes(name)) throw new StartError('port-in-use', name);
      open.add(name);
      return { port: actual, [Symbol.asyncDispose]: async () => void open.delete(name) };
    },
  };
}

describe('a port on several addresses', () => {
  it('is the same on each', async () => {
    const host = createHost([]);
    expect((await bindOnAll(ADDRESSES, 3478, host.bind)).map(({ port }) => port)).toEqual([3478, 3478]);
  });

  it('is looked for until one is free on each, when it may be any', async () => {
    const host = createHost(['b:50000', 'b:50001']);
    expect((await bindOnAll(ADDRESSES, 0, host.bind)).map(({ port }) => port)).toEqual([50_002, 50_002]);
    expect([...host.open]).toEqual(['a:50002', 'b:50002']);
  });

  it('is refused when it is taken on one, and nothing stays open', async () => {
    const host = createHost(['b:3478']);
    await expect(bindOnAll(ADDRESSES, 3478, host.bind)).rejects.toThrow('b:3478');
    expect([...host.open]).toEqual([]);
  });

  it('is given up when hardly any is free', async () => {
    const host = createHost(Array.from({ length: 100 }, (_, n) => `b:${50_000 + n}`));
    await expect(bindOnAll(ADDRESSES, 0, host.bind)).rejects.toThrow('b:50019');
    expect([...host.open]).toEqual([]);
  });
});

describe('what the system refuses', () => {
  it.each([
    [
      'EADDRNOTAVAIL',
      'not-here',
      '192.0.2.1 is not an address of this host: ip address shows those that are [EADDRNOTAVAIL]',
    ],
    [
      'EADDRINUSE',
      'port-in-use',
      'UDP 192.0.2.1:53 is already in use: end the process that has it (ss -lunp shows it), or choose another port [EADDRINUSE]',
    ],
    [
      'EACCES',
      'not-permitted',
      'this user may not listen on UDP 192.0.2.1:53: a port below 1024 takes root or CAP_NET_BIND_SERVICE; choose a higher one [EACCES]',
    ],
    ['EAFNOSUPPORT', 'cannot-listen', 'cannot listen on UDP 192.0.2.1:53: the system said EAFNOSUPPORT'],
  ])('%s is %s', (code, expected, message) => {
    const error = Object.assign(new Error(), { code });
    expect(listenError(error, 'UDP', { address: '192.0.2.1', port: 53 })).toMatchObject({ code: expected, message });
  });
});
