/** The contract of a UDP socket, which Node's own and those of native streams keep alike. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoint.ts';
import { type OpenSocket, openUdpSocket, type UdpSocket } from '../../src/net/udp-socket.ts';
import { loadUdx } from '../../src/net/udx/load.ts';
import { udxSockets } from '../../src/net/udx/udx-socket.ts';

const LOCAL: Endpoint = { address: '127.0.0.1', port: 0 };
const LOCAL6: Endpoint = { address: '::1', port: 0 };
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytesOf = (said: string): Uint8Array => new TextEncoder().encode(said);

/** The next datagram that comes to it. */
function heard(socket: UdpSocket): Promise<readonly [string, Endpoint]> {
  return new Promise((resolve) => socket.onDatagram((bytes, from) => resolve([text(bytes), from])));
}

function failureOf(socket: UdpSocket, to: Endpoint, bytes = bytesOf('x')): string | null {
  let code: string | null = null;
  socket.send(bytes, to, (failure) => {
    code = failure;
  });
  return code;
}

describe.each<readonly [string, () => Promise<OpenSocket>]>([
  ['of Node', async () => openUdpSocket],
  ['of native streams', async () => udxSockets(await loadUdx())],
])('a UDP socket %s', (_kind, opener) => {
  it.each([LOCAL, LOCAL6])('at $address carries datagrams whole, and says where they come from', async (at) => {
    const open = await opener();
    await using one = await open(at);
    await using other = await open(at);
    expect(one.local).toEqual({ address: at.address, port: expect.any(Number) });
    expect(one.local.port).toBeGreaterThan(0);
    for (const said of ['', 'one', 'x'.repeat(1_472)]) {
      const next = heard(other);
      one.send(bytesOf(said), other.local, () => expect.unreachable());
      expect(await next).toEqual([said, one.local]);
    }
  });

  it('sends one datagram with another number of hops, and the next as usual', async () => {
    const open = await opener();
    await using one = await open(LOCAL);
    await using other = await open(LOCAL);
    for (const ttl of [1, undefined, 3]) {
      const next = heard(other);
      one.send(bytesOf(`${ttl}`), { ...other.local, ttl }, () => expect.unreachable());
      expect(await next).toEqual([`${ttl}`, one.local]);
    }
  });

  it('gives its datagrams to the receiver that was set last', async () => {
    const open = await opener();
    await using one = await open(LOCAL);
    await using other = await open(LOCAL);
    other.onDatagram(() => expect.unreachable());
    const next = heard(other);
    one.send(bytesOf('to the second'), other.local, () => expect.unreachable());
    expect((await next)[0]).toBe('to the second');
  });

  it('says by the code of the system why it cannot be bound', async () => {
    const open = await opener();
    await using taken = await open(LOCAL);
    const failures = [taken.local, { address: '192.0.2.1', port: 0 }].map((at) =>
      open(at).then(
        () => expect.unreachable(),
        ({ code, syscall }: NodeJS.ErrnoException) => ({ code, syscall }),
      ),
    );
    expect(await Promise.all(failures)).toEqual([
      { code: 'EADDRINUSE', syscall: 'bind' },
      { code: 'EADDRNOTAVAIL', syscall: 'bind' },
    ]);
  });

  it('does not send to port 0, from which a stranger may claim to send', async () => {
    const open = await opener();
    await using socket = await open(LOCAL);
    expect(failureOf(socket, LOCAL)).toBe('EINVAL');
  });

  it('does not send to the other family', async () => {
    const open = await opener();
    await using socket = await open(LOCAL);
    const failure = Promise.withResolvers<string>();
    socket.send(bytesOf('x'), { address: '::1', port: 9 }, failure.resolve);
    expect(await failure.promise).toBe('EINVAL');
  });

  it('at an IPv6 address leaves the port to an IPv4 socket', async () => {
    const open = await opener();
    await using six = await open({ address: '::', port: 0 });
    await using four = await open({ address: '0.0.0.0', port: six.local.port });
    expect(four.local.port).toBe(six.local.port);
  });

  it('does not send any more once it is closed, and frees its port', async () => {
    const open = await opener();
    const socket = await open(LOCAL);
    const { local } = socket;
    const closing = socket[Symbol.asyncDispose]();
    expect(failureOf(socket, local)).toBe('EBADF');
    await closing;
    await socket[Symbol.asyncDispose]();
    await using next = await open(local);
    expect(next.local).toEqual(local);
  });

  it('hears nothing any more once it is closed', async () => {
    const open = await opener();
    const socket = await open(LOCAL);
    await using other = await open(LOCAL);
    socket.onDatagram(() => expect.unreachable());
    other.send(bytesOf('too late'), socket.local, () => {});
    await socket[Symbol.asyncDispose]();
    const next = heard(other);
    other.send(bytesOf('in time'), other.local, () => expect.unreachable());
    expect((await next)[0]).toBe('in time');
  });
});
