/** The pages that are measured, as a scraper sees them. */
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { HOST, startTestServer } from '../../net/rendezvous/peers.ts';

const CREDENTIALS = { ufrag: 'page', pwd: 'a'.repeat(22) };
const SOCKETS = { control: CREDENTIALS, filtering: CREDENTIALS, base: CREDENTIALS };

it('are as many as there are, and each detection has one end', async () => {
  await using server = await startTestServer();
  const at = `${HOST}:${server.httpPort}`;
  const lines = async (): Promise<readonly string[]> => {
    const text = await (await fetch(`http://${at}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith('natcheck_browser_') && !line.endsWith(' 0'));
  };
  const page = new WebSocket(`ws://${at}/detect`);
  await once(page, 'message');
  page.send(JSON.stringify({ type: 'begin', version: 1, family: 'IPv4', sockets: SOCKETS }));
  await once(page, 'message');
  expect(await lines()).toEqual(['natcheck_browser_pages 1']);
  page.close();
  await expect.poll(lines).toEqual(['natcheck_browser_detections_total{end="abandoned"} 1']);
});
