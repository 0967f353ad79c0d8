/** A relay that falls silent under a tunnel: another one is found, and everything goes on. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { startServer } from '../../../server/index.ts';
import { portsOf, startPunchServer } from '../../punch/punches.ts';
import { newKeys, openTestLink } from './links.ts';

const HOST = '127.0.0.1';

interface Way extends AsyncDisposable {
  readonly port: number;
  /** Whether nothing passes. */
  isCut: boolean;
}

/** A way to a port on loopback. */
async function startWay(toPort: number, isCut: boolean): Promise<Way> {
  const outside = createSocket('udp4').bind(0, HOST);
  await once(outside, 'listening');
  const inside = new Map<number, Socket>();
  outside.on('message', (bytes, { port }) => {
    if (way.isCut) return;
    let socket = inside.get(port);
    if (!socket) {
      socket = createSocket('udp4').bind(0, HOST);
      socket.on('message', (answer) => way.isCut || outside.send(answer, port, HOST));
      inside.set(port, socket);
    }
    socket.send(bytes, toPort, HOST);
  });
  const way: Way = {
    port: outside.address().port,
    isCut,
    [Symbol.asyncDispose]: async () => {
      for (const socket of [outside, ...inside.values()]) socket.close();
    },
  };
  return way;
}

it('a tunnel goes on through another relay when the first one falls silent', { timeout: 60_000 }, async () => {
  await using server = await startPunchServer();
  const users = [{ name: 'both', password: 'secret' }];
  const relay = () =>
    startServer({ ip: [HOST], port: 0, altPort: 0, httpPort: 0, relay: { users, allowPrivate: true } });
  await using first = await relay();
  await using second = await relay();
  await using way = await startWay(portsOf(first).port ?? 0, false);
  await using spare = await startWay(portsOf(second).port ?? 0, true);
  const keys = newKeys();
  const by = ({ port }: Way) => ({ urls: [`turn:${HOST}:${port}`], username: 'both', password: 'secret' });
  const room = { mode: 'relay-only', turn: [by(way), by(spare)] } as const;
  await using alice = await openTestLink(server, { id: 'a', keys, room, peers: { kind: 'first' } });
  await using bob = await openTestLink(server, { id: 'b', keys, room, peers: { kind: 'first' } });
  const [hers, his] = await Promise.all([alice.next(), bob.next()]);
  his.tunnel.onOffer((offer) => {
    const stream = offer.accept();
    stream.on('error', () => {}).pipe(stream);
  });
  const stream = await hers.tunnel.open('echo');
  let heard = '';
  stream
    .on('error', () => {})
    .setEncoding('utf8')
    .on('data', (chunk: string) => {
      heard += chunk;
    });
  stream.write('before ');
  await expect.poll(() => heard).toBe('before ');
  way.isCut = true;
  spare.isCut = false;
  stream.write('meanwhile ');
  await expect.poll(() => heard, { timeout: 20_000 }).toBe('before meanwhile ');
  const [lost, back] = [await alice.told('lost'), await alice.told('connected', 2)];
  expect(lost.detail).toMatch(/^(nothing has been heard for \d\.\d s|the relay that it went through is lost)$/);
  expect(back).toMatchObject({ peer: 'b', path: 'relayed' });
  stream.end('after');
  await expect.poll(() => heard).toBe('before meanwhile after');
});
