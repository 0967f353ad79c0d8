/** The whole server on loopback, over real sockets. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { startServer } from '../../server/index.ts';
import type { Endpoint } from '../../src/endpoint.ts';
import { familyOf } from '../../src/endpoint.ts';
import { decode } from '../../src/stun/decode.ts';
import { attribute } from '../../src/stun/message.ts';
import { changeRequest, request } from './stun/requests.ts';

const A = '127.0.0.1';
const B = '127.0.0.2';
const ANY_PORTS = { port: 0, altPort: 0, httpPort: 0 };
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

/** Sends a datagram from a fresh socket and gives the reply, its source and the socket's own port. */
async function exchange(bytes: Uint8Array, to: Endpoint) {
  await using socket = createSocket(familyOf(to.address) === 'IPv6' ? 'udp6' : 'udp4');
  socket.bind(0, familyOf(to.address) === 'IPv6' ? '::1' : A);
  await once(socket, 'listening');
  socket.send(bytes, to.port, to.address);
  const [reply, from] = (await once(socket, 'message')) as [Buffer, Endpoint];
  const decoded = decode(reply);
  if (!decoded.ok) throw new Error(decoded.error.code);
  return { message: decoded.message, from: { address: from.address, port: from.port }, port: socket.address().port };
}

async function metric(httpPort: number, line: string): Promise<number> {
  const text = await (await fetch(`http://${A}:${httpPort}/metrics`)).text();
  const found = text.split('\n').find((one) => one.startsWith(`${line} `));
  return Number(found?.slice(line.length));
}

describe('a server on two addresses', () => {
  it('has the same two ports on both', async () => {
    await using server = await startServer({ ip: [A, B], ...ANY_PORTS });
    const [layout] = server.layouts;
    if (!layout) throw new Error('no layout');
    const { port, altPort } = layout;
    expect(port).not.toBe(altPort);
    expect(server.addresses).toEqual([
      { address: A, port },
      { address: A, port: altPort },
      { address: B, port },
      { address: B, port: altPort },
    ]);
  });

  it('answers from each of its sockets, and says so', async () => {
    await using server = await startServer({ ip: [A, B], ...ANY_PORTS });
    const [primary] = server.addresses;
    if (!primary) throw new Error('no address');
    const departures = await Promise.all(
      [
        changeRequest({ ip: false, port: false }),
        changeRequest({ ip: false, port: true }),
        changeRequest({ ip: true, port: false }),
        changeRequest({ ip: true, port: true }),
      ].map(async (change) => {
        const { message, from, port } = await exchange(request([change]), primary);
        expect(attribute(message, 'RESPONSE-ORIGIN')).toEqual(from);
        expect(attribute(message, 'XOR-MAPPED-ADDRESS')).toEqual({ address: A, port });
        return from;
      }),
    );
    expect(departures).toEqual(server.addresses);
    const replies = 'natcheck_stun_replies_total{transport="udp4",class="success",';
    expect(await metric(server.httpPort, `${replies}redirected="false"}`)).toBe(1);
    expect(await metric(server.httpPort, `${replies}redirected="true"}`)).toBe(3);
  });

  it('names the software that it is told to', async () => {
    await using server = await startServer({ ip: [A], software: 'natcheck/test', ...ANY_PORTS });
    const asked = request([{ type: 'SOFTWARE', value: 'a client whose request is as long as the reply' }]);
    const { message } = await exchange(asked, { address: A, port: server.layouts[0]?.port ?? 0 });
    expect(attribute(message, 'SOFTWARE')).toBe('natcheck/test');
  });

  it('has given every port back when it is disposed of', async () => {
    const first = await startServer({ ip: [A, B], ...ANY_PORTS });
    const { port = 0, altPort = 0 } = first.layouts[0] ?? {};
    const same = { ip: [A, B], port, altPort, httpPort: first.httpPort };
    await expect(startServer(same)).rejects.toThrow(`UDP ${A}:${port} is already in use`);
    await first[Symbol.asyncDispose]();
    await using again = await startServer(same);
    expect(again.addresses).toEqual(first.addresses);
  });

  it('gives its UDP ports back when HTTP cannot be had', async () => {
    await using holder = await startServer({ ip: [A], ...ANY_PORTS });
    await using probe = await startServer({ ip: [B], ...ANY_PORTS });
    const { port = 0, altPort = 0 } = probe.layouts[0] ?? {};
    await probe[Symbol.asyncDispose]();
    const blocked = { ip: [A], port, altPort, httpPort: holder.httpPort };
    await expect(startServer(blocked)).rejects.toThrow(`TCP ${A}:${holder.httpPort} is already in use`);
    await using _free = await startServer({ ...blocked, httpPort: 0 });
  });
});

describe.runIf(hasIpv6)('a server of both families', () => {
  it('has a layout for each, and no behaviour tests where there is one address', async () => {
    await using server = await startServer({ ip: [A, '::1', B], ...ANY_PORTS });
    expect(server.layouts.map(({ addresses }) => addresses)).toEqual([[A, B], ['::1']]);
    const port = server.layouts[1]?.port ?? 0;
    const { message, from, ...client } = await exchange(request(), { address: '::1', port });
    expect(from).toEqual({ address: '::1', port });
    expect(attribute(message, 'XOR-MAPPED-ADDRESS')).toEqual({ address: '::1', port: client.port });
    expect(attribute(message, 'OTHER-ADDRESS')).toBeUndefined();
    expect(await (await fetch(`http://[::1]:${server.httpPort}/healthz`)).text()).toBe('ok\n');
  });
});
