/** The sockets of STUN and TURN, as what decides knows them. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { openServices, transmitFrom } from '../../../server/services/open.ts';
import { closeAll } from '../../../server/sockets/bind.ts';
import { now } from '../../../src/net/driver.ts';

const BOUND = '127.0.0.1';
const ANNOUNCED = '203.0.113.10';

it('what is sent from an announced endpoint leaves from the socket that is bound for it', async () => {
  const plan = { families: [[{ bound: BOUND, announced: ANNOUNCED }]], port: 0, altPort: 0 } as const;
  const opened = await openServices(plan, { isShared: false, now });
  const client = createSocket('udp4').bind(0, BOUND);
  await once(client, 'listening');
  try {
    const to = { address: BOUND, port: client.address().port };
    const port = opened.alternate[0]?.port ?? 0;
    transmitFrom(opened, { from: { address: BOUND, port }, to, bytes: Buffer.from('by nobody') });
    transmitFrom(opened, { from: { address: ANNOUNCED, port }, to, bytes: Buffer.from('by the alternate') });
    const [bytes, from] = await once(client, 'message');
    expect([`${bytes}`, from.address, from.port]).toEqual(['by the alternate', BOUND, port]);
  } finally {
    client.close();
    await closeAll([...opened.primary, ...opened.alternate]);
  }
});
