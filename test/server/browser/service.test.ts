/** The measuring of browsers over real sockets and a real WebSocket, in one process. */
import { expect, it } from 'vitest';
import { CLASSIC_NATS, PORT_RESTRICTED, SYMMETRIC } from '../../../lab/profiles.ts';
import { startServer } from '../../../server/index.ts';
import { openLoopbackBrowser } from './loopback-browser.ts';

const ANY_PORTS = { port: 0, altPort: 0, httpPort: 0 };

it('the page of a server with two addresses finds every NAT', async () => {
  await using server = await startServer({ ip: ['127.0.0.1', '127.0.0.2'], ...ANY_PORTS });
  const verdicts = CLASSIC_NATS.map(async (nat) => (await (await openLoopbackBrowser(server, nat)).detect()).verdict);
  expect(await Promise.all(verdicts)).toEqual(CLASSIC_NATS.map(({ name }) => ({ type: name, reason: null })));
});

it('the page of a server with one address finds what two ports can tell', async () => {
  await using server = await startServer({ ip: ['127.0.0.1'], ...ANY_PORTS });
  const [strict, symmetric] = await Promise.all(
    [PORT_RESTRICTED, SYMMETRIC].map(async (nat) => (await openLoopbackBrowser(server, nat)).detect()),
  );
  expect(strict?.mapping).toEqual({ behavior: 'undetermined', reason: 'ports-agree' });
  expect(strict?.filtering).toEqual({ behavior: 'address-and-port-dependent', reason: null });
  expect(symmetric?.verdict).toEqual({ type: 'symmetric', reason: null });
});
