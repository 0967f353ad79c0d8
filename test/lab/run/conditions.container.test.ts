/** Conditions of success on real networks, a further peer, IPv6, and an image that is built, with its own command. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeLab } from '../docker/provided.ts';
import { outcomes, runHere } from './run-here.ts';

const DOCKERFILE = `ARG NATCHECK_LAB
FROM $NATCHECK_LAB
COPY peer.py /peer.py
ENTRYPOINT ["python3", "/peer.py"]
CMD ["hello"]
`;

/** Sends its word to everyone whom it is told of, and says as JSON who has sent what. */
const PEER = `
import json, os, socket, sys, time
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.bind(('::', 4000)); s.settimeout(0.1)
heard = {}
while True:
    for name in os.environ['PEERS'].split():
        s.sendto((os.environ['ME'] + ' ' + sys.argv[1]).encode(), (name if ':' in name else '::ffff:' + name, 4000))
    try:
        sender, word = s.recvfrom(100)[0].decode().split()
        heard[sender] = word
        print(json.dumps({'heard': dict(sorted(heard.items()))}), flush=True)
    except TimeoutError: pass
`;

import { notInGate } from '../../runs.ts';

describeLab('the conditions of a lab file', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'natcheck-conditions-'));
    await Promise.all([writeFile(join(dir, 'Dockerfile'), DOCKERFILE), writeFile(join(dir, 'peer.py'), PEER)]);
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('are met by JSON of an image’s own command, a port and bytes, with a third peer and over IPv6', async () => {
    const result = await runHere(
      {
        sides: {
          build: '.',
          before: ['echo before {{own.name}}'],
          env: { ME: '{{own.name}}', PEERS: '{{peer.address6}} {{c.address}}' },
          a: { before: ['echo before a', 'python3 -m http.server 8000 >/dev/null 2>&1 &'] },
          c: { nat: 'open', env: { PEERS: '{{a.address}} {{b.address}}' } },
        },
        nats: ['open+ipv6-open'],
        success: {
          within: '20s',
          a: { json: { path: '$.heard', equals: { b: 'hello', c: 'hello' } } },
          b: { json: { path: '$.heard.a', equals: 'hello' } },
          c: { line: '/"a": "hello".*"b"/' },
          port: { from: 'b', to: '{{a.address}}:8000' },
          bytes: [
            { from: 'b', to: 'a', address: '{{a.address6}}', amount: '200kB' },
            { address: '{{b.address}}', amount: '1kB', after: { line: '"b": "hello"', of: 'a' } },
          ],
        },
        expect: 'direct',
      },
      { dir },
    );
    expect(result.cells[0]?.tries[0].reason).toBe(null);
    expect(outcomes(result)).toEqual(['open+ipv6-open × open+ipv6-open: direct']);
    const [first] = result.cells[0]?.tries ?? [];
    expect(first?.sides.map(({ name, output }) => [name, output[0]?.text])).toEqual([
      ['a', 'before a'],
      ['b', 'before b'],
      ['c', 'before c'],
    ]);
    expect(first?.path?.bytes.direct.fromB).toBeGreaterThan(200_000);
  }, 120_000);

  it('are told of one by one when they are not met', async ({ skip }) => {
    notInGate(skip);
    const result = await runHere({
      sides: { command: `echo '{"state": "waiting"}'; sleep 60` },
      nats: ['open'],
      success: {
        within: '2s',
        a: { json: { path: '$.state', equals: 'connected' } },
        port: { from: 'a', to: '{{b.address}}:9' },
        bytes: { address: '10.99.0.1', amount: '1kB' },
      },
      expect: 'none',
    });
    expect(result.cells[0]?.tries[0].reason).toMatch(
      /^a did not print JSON with "connected" at \$\.state; 198\.1[89]\.\d+\.\d+:9 did not answer a; b did not have the address 10\.99\.0\.1, which a was to send bytes to in 2 s$/,
    );
  }, 120_000);
});
