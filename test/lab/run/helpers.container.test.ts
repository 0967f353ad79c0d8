/** What a lab file prepares before its pairs: images, the setup, and the helpers on the public side. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CutShortError } from '../../../lab/run/cut-short.ts';
import { describeLab } from '../docker/provided.ts';
import { runHere } from './run-here.ts';

/** Passes on each datagram of either of the two last senders to the other, and tells whom it has met. */
const RELAY = `
import socket, os
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('0.0.0.0', 4000))
print('relaying for', open('/shared/name').read().strip(), os.environ['GREETING'], flush=True)
seen = []
while True:
    data, who = s.recvfrom(2000)
    if who not in seen: seen = (seen + [who])[-2:]
    for other in seen:
        if other != who: s.sendto(data, other)
`;

/** Sends to the relay in small steps without end, and says when 150 kB of the other side's have come. */
const PEER = `
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(0.2)
relay = (sys.argv[1], 4000); got = 0
while True:
    s.sendto(bytes(1000), relay)
    try: got += len(s.recvfrom(2000)[0])
    except TimeoutError: pass
    if got == 150000: print('connected', flush=True)
    if got > 150000: time.sleep(0.01)
`;

import { notInGate } from '../../runs.ts';

describeLab('the bed of a lab file', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'natcheck-bed-'));
    await writeFile(join(dir, 'peer.py'), PEER);
    await writeFile(join(dir, 'relay.py'), RELAY);
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('has what the setup has made, files of this machine, and a relay that is started before the pairs', async () => {
    const result = await runHere(
      {
        setup: { command: 'echo the lab > /shared/name; chmod 700 /shared/name' },
        public: {
          relay: {
            files: { '/opt/relay.py': './relay.py' },
            env: { GREETING: 'at {{public.relay}}' },
            command: ['python3', '/opt/relay.py'],
            ready: { line: 'relaying for the lab' },
          },
          other: { command: 'python3 -m http.server 8000', ready: { port: 8000 } },
        },
        sides: {
          files: { '/opt/peer.py': './peer.py' },
          before: ['echo {{relay.line:/at (\\S+)/}}; touch /shared/mine 2>&1 || echo it cannot be written'],
          command: ['python3', '/opt/peer.py', '{{public.relay}}'],
        },
        nats: { rows: ['symmetric'], columns: ['full-cone'] },
        success: { within: '30s', line: 'connected' },
        expect: 'relayed',
      },
      { dir },
    );
    const [first] = result.cells[0]?.tries ?? [];
    expect(first).toMatchObject({ outcome: 'relayed', reason: null, path: { via: ['relay'] } });
    expect(first?.sides.map(({ name }) => name)).toEqual(['a', 'b', 'relay', 'other']);
    const said = first?.sides[0]?.output.map(({ text }) => text);
    expect(said).toEqual([
      expect.stringMatching(/^\d+\.\d+\.\d+\.2$/),
      "touch: cannot touch '/shared/mine': Read-only file system",
      'it cannot be written',
      'connected',
    ]);
    expect(result.isAsExpected).toBe(true);
  }, 120_000);

  it('names the place of what cannot be prepared', async ({ skip }) => {
    notInGate(skip);
    const plain = { sides: { command: 'true' }, success: { exit: 0 }, nats: ['full-cone'] };
    const refused = (content: object): Promise<string> =>
      runHere({ ...plain, ...content }).then(
        () => 'it ran',
        (error: Error) => error.message,
      );
    expect(await refused({ sides: { image: 'no-such-image:1', command: 'true' } })).toMatch(
      /^nat-lab\.json:1:\d+: sides\.image: there is no image no-such-image:1 on the private engine/,
    );
    expect(await refused({ setup: { command: 'echo making keys; echo no keys; exit 3' } })).toMatch(
      /^nat-lab\.json:1:\d+: setup: the setup ended with 3; its last words were "making keys", "no keys"$/,
    );
    expect(await refused({ public: { relay: { command: 'exit 4', ready: { port: 1 } } } })).toMatch(
      /^nat-lab\.json:1:\d+: public\.relay: relay ended with 4 without a word$/,
    );
  }, 120_000);

  it('is cut short when a helper ends, with its last words', async () => {
    const ended = await runHere({
      public: { relay: { command: 'echo started; sleep 3; echo giving up; exit 1', ready: { line: 'started' } } },
      sides: { command: 'sleep 60' },
      nats: ['full-cone'],
      success: { within: '60s', exit: 0 },
    }).catch((error: unknown) => error);
    expect(ended).toBeInstanceOf(CutShortError);
    const { result, cause } = ended as CutShortError;
    expect(result).toMatchObject({ cells: [], isComplete: false });
    expect((cause as Error).message).toMatch(
      /: public\.relay: relay ended with 1; its last words were "started", "giving up"$/,
    );
  }, 120_000);
});
