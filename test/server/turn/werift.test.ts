/** werift's TURN client, which others wrote, relays through our server over UDP, TCP and TLS. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { createTurnClient } from 'werift';
import { startServer } from '../../../server/index.ts';
import { LOOPBACK_TLS } from '../tls/loopback.ts';

const HOST = '127.0.0.1';
const USER = { name: 'werift', password: 'secret' };

it.each(['udp', 'tcp', 'tls'] as const)('over %s, to a peer and back', async (transport) => {
  await using server = await startServer({
    ip: [HOST],
    ...{ port: 0, altPort: 0, httpPort: 0, tls: LOOPBACK_TLS },
    relay: { users: [USER], allowPrivate: true, turnsPort: 0 },
  });
  const port = transport === 'tls' ? server.relay?.turnsPort : server.layouts[0]?.port;
  await using peer = createSocket('udp4');
  peer.bind(0, HOST);
  await once(peer, 'listening');
  const client = await createTurnClient(
    { address: [HOST, port ?? 0], username: USER.name, password: USER.password },
    { transport, tlsOptions: { ca: LOOPBACK_TLS.cert } },
  );
  try {
    expect(client.relayedAddress[0]).toBe(HOST);
    const back = new Promise((resolve) => {
      client.onData.subscribe((data, from) => resolve({ text: data.toString(), from: [...from] }));
    });
    const came = once(peer, 'message');
    await client.sendData(Buffer.from('ping'), [HOST, peer.address().port]);
    const [bytes, from] = (await came) as [Buffer, { address: string; port: number }];
    expect([bytes.toString(), from.address, from.port]).toEqual(['ping', ...client.relayedAddress]);
    peer.send('pong', from.port, from.address);
    expect(await back).toEqual({ text: 'pong', from: [HOST, peer.address().port] });
  } finally {
    await client.close();
  }
});
