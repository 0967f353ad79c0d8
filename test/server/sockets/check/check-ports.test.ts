/** A server's ports checked through other servers, all on loopback. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { checkReach, outcomeOf, startServer } from '../../../../server/index.ts';
import { formatEndpoint } from '../../../../src/endpoint.ts';

/** Some tests need ports by their numbers, which others may have at the usual addresses. */
const [A, B, OWN, OTHER] = ['127.0.7.1', '127.0.7.2', '127.0.7.3', '127.0.7.4'];
const ANY_PORTS = { port: 0, altPort: 0, httpPort: 0 };

/** Another server, and how it is named. */
async function startNode(ip: readonly string[]) {
  const server = await startServer({ ip, ...ANY_PORTS });
  const { port = 0, altPort = 0 } = server.layouts[0] ?? {};
  return { server, port, altPort, through: [`${ip[0]}:${port}`] };
}

describe('the ports of a server', () => {
  it('are reached where an answer comes in from an address that they have not sent to', async () => {
    const { server, altPort, through } = await startNode([A, B]);
    await using _node = server;
    const { udp, tcp } = await checkReach({ ip: [OWN, OTHER], ...ANY_PORTS, httpPort: 3480 }, { through });
    const from = { address: B, port: altPort };
    expect(udp).toEqual(
      [OWN, OWN, OTHER, OTHER].map((address) => {
        const at = { address, port: expect.any(Number) };
        return { service: 'stun', bound: at, announced: at, verdict: { kind: 'reached', from } };
      }),
    );
    expect(new Set(udp.map(({ bound }) => bound.port)).size).toBe(2);
    expect(tcp).toEqual([
      { service: 'http', announced: { address: OWN, port: 3480 } },
      { service: 'http', announced: { address: OTHER, port: 3480 } },
    ]);
  });

  it('are announced wrongly where they are seen by another address', async () => {
    const { server, port, through } = await startNode([A, B]);
    await using _node = server;
    const report = await checkReach({ ip: [`${OWN}=203.0.113.10`], ...ANY_PORTS }, { through });
    for (const { bound, announced, verdict } of report.udp) {
      expect(announced).toEqual({ address: '203.0.113.10', port: bound.port });
      expect(verdict).toEqual({ kind: 'seen-elsewhere', at: bound, by: { address: A, port } });
    }
    expect(outcomeOf(report)).toBe('seen-elsewhere');
  });

  it('are seen through a server with one address, which tells no more where its other port is not known', async () => {
    const { server, port, through } = await startNode([A]);
    await using _node = server;
    const { udp } = await checkReach({ ip: [OWN], ...ANY_PORTS }, { through });
    const verdict = { kind: 'seen', by: { address: A, port }, reason: 'server-has-one-address' };
    expect(udp.map((one) => one.verdict)).toEqual([verdict, verdict]);
  });

  it('are reached from the other port of a server with one address', async () => {
    const server = await startServer({ ip: [A], port: 0, httpPort: 0 });
    await using _node = server;
    const through = [`${A}:${server.layouts[0]?.port}`];
    const { udp } = await checkReach({ ip: [OWN], ...ANY_PORTS }, { through });
    const verdict = { kind: 'reached', from: { address: A, port: 3479 } };
    expect(udp.map((one) => one.verdict)).toEqual([verdict, verdict]);
  });

  it('are unanswered where nobody answers, or no name is one of the family', async () => {
    await using mute = createSocket('udp4');
    mute.bind(0, A);
    await once(mute, 'listening');
    for (const through of [[`${A}:${mute.address().port}`], ['[2001:db8::1]:3478']]) {
      const report = await checkReach({ ip: [OWN], ...ANY_PORTS }, { through, timeoutMs: 300 });
      const verdict = { kind: 'unanswered', reason: 'no-answer' };
      expect(report.udp.map((one) => one.verdict)).toEqual([verdict, verdict]);
      expect(outcomeOf(report)).toBe('unanswered');
    }
  });

  it('of a relay are checked at both ends of the range and in its middle, at the addresses that it relays from', async () => {
    const { server, through } = await startNode([A, B]);
    await using _node = server;
    const relay = { open: true, ports: { first: 40_001, last: 40_005 } };
    const { udp, tcp } = await checkReach({ ip: [OWN, OTHER], ...ANY_PORTS, port: 3478, relay }, { through });
    const relayed = udp.filter(({ service }) => service === 'relay');
    expect(relayed.map(({ bound }) => formatEndpoint(bound))).toEqual(
      [40_001, 40_003, 40_005].map((at) => `${OWN}:${at}`),
    );
    expect(udp.map(({ verdict }) => verdict.kind)).toEqual(Array(7).fill('reached'));
    expect(tcp.map(({ service, announced }) => `${service} ${formatEndpoint(announced)}`)).toEqual([
      `http ${OWN}:0`,
      `turn ${OWN}:3478`,
      `http ${OTHER}:0`,
      `turn ${OTHER}:3478`,
    ]);
  });

  it('are given back, also when one of them cannot be had', async () => {
    const { server, through } = await startNode([A, B]);
    await using _node = server;
    await using holder = createSocket('udp4');
    holder.bind(0, OTHER);
    await once(holder, 'listening');
    const taken = { ip: [OWN, OTHER], ...ANY_PORTS, port: 3478, altPort: holder.address().port };
    await expect(checkReach(taken, { through })).rejects.toThrow(`UDP ${OTHER}:${taken.altPort} is already in use`);
    expect((await checkReach({ ...taken, altPort: 3479 }, { through })).udp).toHaveLength(4);
    await using _free = await startServer({ ...taken, altPort: 3479 });
  });
});
