/** The real server and the real detection on loopback, over both families. */
import { describe, expect, it } from 'vitest';
import { type NatcheckServer, startServer } from '../../server/index.ts';
import { detect } from '../../src/detect/detect.ts';
import { UsageError } from '../../src/errors.ts';

const start = (...ip: readonly string[]): Promise<NatcheckServer> =>
  startServer({ ip, port: 0, altPort: 0, httpPort: 0 });

describe('detection against natcheck serve', () => {
  it('over IPv4 finds the loopback open, by two addresses', async () => {
    await using server = await start('127.0.0.1', '127.0.0.2');
    const port = server.addresses[0]?.port;
    const report = await detect({ servers: [`127.0.0.1:${port}`] });
    expect(report.verdict).toEqual({ type: 'open', reason: null });
    expect(report.server).toEqual({ host: '127.0.0.1', address: '127.0.0.1', port });
  });

  it('over IPv6 sees its own endpoint, however the address is written', async () => {
    await using server = await start('::1');
    const report = await detect({ servers: [`[0:0:0:0:0:0:0:0001]:${server.addresses[0]?.port}`] });
    expect(report.local?.address).toBe('::1');
    expect(report.public).toEqual(report.local);
    expect(report.filtering).toEqual({ behavior: 'undetermined', reason: 'server-has-one-address' });
    // It says of both changes that it cannot do them.
    expect(report.rejected).toMatchObject([{ cause: 'error-class', errorCode: 420, socket: 'filtering', count: 2 }]);
  });

  it('asks no server of a family that was not asked for', async () => {
    const report = await detect({ servers: ['127.0.0.1'], family: 'IPv6' });
    expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'unknown-host' });
  });

  it.each(['0.0.0.0', '::'])(
    'refuses %s as a local address: it cannot be compared with a public one',
    async (local) => {
      const asked = detect({ servers: ['127.0.0.1'], local });
      await expect(asked).rejects.toThrow(new UsageError(`${local} stands for every address: name one of this host`));
    },
  );
});
