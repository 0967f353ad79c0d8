/** A way to a TURN server that is cut for good as soon as somebody looks at the path that goes through it. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decode } from '../../src/stun/decode.ts';
import { attribute } from '../../src/stun/message.ts';
import { decodeChannelData, isChannelData } from '../../src/turn/wire/channel-data.ts';

const HOST = '127.0.0.1';
/** A probe of the path's health has two bytes, of which the second one counts up to this; the warm-up has another. */
const PROBES = 20;

/** Forwards both ways between its port and the server's, until the first probe of a path's health. */
export async function startRelayCut(server: { readonly port: number }): Promise<AsyncDisposable & { port: number }> {
  const outside = createSocket('udp4').bind(0, HOST);
  await once(outside, 'listening');
  const inside = new Map<string, Socket>();
  let isCut = false;
  const wayOf = ({ address, port }: { readonly address: string; readonly port: number }): Socket => {
    const key = `${address}:${port}`;
    const known = inside.get(key);
    if (known) return known;
    const way = createSocket('udp4').bind(0, HOST);
    way.on('message', (bytes) => isCut || outside.send(bytes, port, address));
    inside.set(key, way);
    return way;
  };
  outside.on('message', (bytes, from) => {
    isCut ||= isProbe(bytes);
    if (!isCut) wayOf(from).send(bytes, server.port, HOST);
  });
  return {
    port: outside.address().port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of [outside, ...inside.values()]) socket.close();
    },
  };
}

function isProbe(bytes: Uint8Array): boolean {
  const data = dataIn(bytes);
  return data?.length === 2 && data[0] === 0 && (data[1] ?? PROBES) < PROBES;
}

/** What a client has its server relay. */
function dataIn(bytes: Uint8Array): Uint8Array | undefined {
  if (isChannelData(bytes)) return decodeChannelData(bytes)?.data;
  const decoded = decode(bytes);
  return decoded.ok && decoded.message.class === 'indication' ? attribute(decoded.message, 'DATA') : undefined;
}
