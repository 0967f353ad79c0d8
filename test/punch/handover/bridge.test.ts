/** A program on the loopback interface, and a path that it knows nothing of. */
import { once } from 'node:events';
import { expect, it } from 'vitest';
import type { Endpoint } from '../../../src/endpoint.ts';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import { openBarePath } from '../../../src/punch/handover/bare-path.ts';
import { type Bridge, type BridgedPath, openBridge } from '../../../src/punch/handover/bridge.ts';
import { PathSendError } from '../../../src/punch/path/send-error.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A path whose far side keeps what it gets, and says what it is told to. */
function farSide() {
  const events = new EventTarget();
  const got: string[] = [];
  let receive = (_bytes: Uint8Array): void => {};
  const path: BridgedPath = {
    send: (bytes) => {
      if (bytes.length > 1000) throw new PathSendError('too-large', 'too large');
      got.push(textOf(bytes));
      events.dispatchEvent(new Event('got'));
    },
    onData: (next) => {
      receive = next;
    },
  };
  return { path, got, say: (text: string) => receive(bytesOf(text)), next: () => once(events, 'got') };
}

/** What a program gets, with where it came from. */
async function startProgram({ local }: Pick<Bridge, 'local'>) {
  const socket = await openUdpSocket(local);
  const next = (): Promise<readonly [string, Endpoint]> =>
    new Promise((resolve) => socket.onDatagram((bytes, from) => resolve([textOf(bytes), from])));
  return { ...socket, next };
}

const refuse = (code: string): never => {
  throw new Error(code);
};

it('passes datagrams on both ways, once the program has bound', async () => {
  const far = farSide();
  await using bridge = await openBridge(far.path);
  far.say('too early');
  await using program = await startProgram(bridge);
  const first = program.next();
  far.say('hello');
  expect(await first).toEqual(['hello', bridge.remote]);
  const came = far.next();
  program.send(bytesOf('hello yourself'), bridge.remote, refuse);
  await came;
  expect(far.got).toEqual(['hello yourself']);
});

it('takes nothing from another port, nor what the path does not take', async () => {
  const far = farSide();
  await using bridge = await openBridge(far.path);
  await using stranger = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  await using program = await startProgram(bridge);
  const came = far.next();
  stranger.send(bytesOf('from a stranger'), bridge.remote, refuse);
  program.send(new Uint8Array(1001), bridge.remote, refuse);
  program.send(bytesOf('from the program'), bridge.remote, refuse);
  await came;
  expect(far.got).toEqual(['from the program']);
});

it('passes on what the program has sent right before its end', async () => {
  const far = farSide();
  const bridge = await openBridge(far.path);
  const program = await startProgram(bridge);
  program.send(bytesOf('the last word'), bridge.remote, refuse);
  await program[Symbol.asyncDispose]();
  await bridge[Symbol.asyncDispose]();
  expect(far.got).toEqual(['the last word']);
});

it('has the program bind a port that the system gives to nobody by itself', async () => {
  await using bridge = await openBridge(farSide().path);
  expect(bridge.local.address).toBe('127.0.0.1');
  expect(bridge.local.port).toBeGreaterThanOrEqual(20_000);
  expect(bridge.local.port).toBeLessThan(30_000);
});

it('leaves both ports free at its end', async () => {
  const far = farSide();
  const { local, remote, ...bridge } = await openBridge(far.path);
  await bridge[Symbol.asyncDispose]();
  for (const endpoint of [local, remote]) await (await openUdpSocket(endpoint))[Symbol.asyncDispose]();
});

it('a path that was handed over is taken up again from its socket, and hears its peer alone', async () => {
  await using peer = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  await using stranger = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const { local, ...former } = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  await former[Symbol.asyncDispose]();
  await using path = await openBarePath({ local, remote: peer.local });
  await expect(openBarePath({ local, remote: peer.local })).rejects.toThrow(
    `UDP 127.0.0.1:${local.port} is already in use: `,
  );
  const heard = new Promise((resolve) => path.onData((bytes) => resolve(textOf(bytes))));
  const told = new Promise((resolve) => peer.onDatagram((bytes, from) => resolve([textOf(bytes), from])));
  path.send(bytesOf('to the peer'));
  expect(await told).toEqual(['to the peer', local]);
  stranger.send(bytesOf('from a stranger'), local, refuse);
  peer.send(bytesOf('from the peer'), local, refuse);
  expect(await heard).toBe('from the peer');
});
