/** The service lookup against a real DNS server on loopback. */
import { createSocket, type Socket } from 'node:dgram';
import dnsPacket from 'dns-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createResolver } from '../../src/net/resolver.ts';

const NAME = '_stun-behavior._udp.example.org';
const record = (target: string, data: { priority: number; weight: number; port: number }) =>
  ({ type: 'SRV', name: NAME, ttl: 1, data: { target, ...data } }) as const;

describe('a service lookup', () => {
  let server: Socket;

  beforeAll(async () => {
    server = createSocket('udp4');
    server.on('message', (bytes, { address, port }) => {
      const { id, questions = [] } = dnsPacket.decode(bytes);
      const isKnown = questions.some(({ name, type }) => name === NAME && type === 'SRV');
      const answers = isKnown
        ? [
            record('backup.example.org', { priority: 20, weight: 100, port: 3 }),
            record('light.example.org', { priority: 10, weight: 1, port: 2 }),
            record('heavy.example.org', { priority: 10, weight: 9, port: 1 }),
          ]
        : [];
      // Bit 15 says reply; response code 3 says that there is no such name (RFC 1035 §4.1.1).
      const reply = dnsPacket.encode({ type: 'response', id: id ?? 0, flags: isKnown ? 0 : 3, questions, answers });
      server.send(reply, port, address);
    });
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());

  const services = (name: string) => createResolver([`127.0.0.1:${server.address().port}`]).services(name);

  it('orders by priority, then by weight', async () => {
    const found = await services(NAME);
    expect(found.map(({ name, port }) => [name, port])).toEqual([
      ['heavy.example.org', 1],
      ['light.example.org', 2],
      ['backup.example.org', 3],
    ]);
  });

  it('rejects when there is none', async () => {
    await expect(services('_stun-behavior._udp.elsewhere.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});
