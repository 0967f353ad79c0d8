/** An exchange with a device stays with that device. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { exchangeHttp } from '../../../src/port-mapping/upnp/http.ts';

const LOCAL = '127.0.0.1';

it('does not go where an answer sends it', async () => {
  let connections = 0;
  const elsewhere = createServer((_request, response) => void response.end());
  elsewhere.on('connection', () => connections++);
  await once(elsewhere.listen(0, LOCAL), 'listening');
  const location = `http://${LOCAL}:${(elsewhere.address() as AddressInfo).port}/`;
  const device = createServer((_request, response) => void response.writeHead(302, { location }).end('moved'));
  await once(device.listen(0, LOCAL), 'listening');
  const url = new URL(`http://${LOCAL}:${(device.address() as AddressInfo).port}/`);
  const { signal } = new AbortController();
  expect(await exchangeHttp({ url, address: LOCAL, local: LOCAL, method: 'GET', signal })).toEqual({
    status: 302,
    text: 'moved',
  });
  expect(connections).toBe(0);
  device.close();
  elsewhere.close();
});
