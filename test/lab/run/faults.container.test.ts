/** The faults of a lab file, as programs on both sides meet them, and that none of them is left for the next try. */
import { expect, it } from 'vitest';
import { exec } from '../../../lab/docker/container/exec.ts';
import { listLab } from '../../../lab/docker/engine/labels.ts';
import { connectDocker } from '../../../lab/docker/engine/testcontainers.ts';
import type { Lab, LabOptions } from '../../../lab/docker/lab.ts';
import { CutShortError } from '../../../lab/run/cut-short.ts';
import { describeLab, labHost } from '../docker/provided.ts';
import { borrowed, runHere } from './run-here.ts';

/** Answers each datagram with its number and the endpoint that it came from; keeps its own mapping open. */
const ECHO = `
import socket, sys, threading, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('0.0.0.0', 7000))
def keep():
    while True: s.sendto(b'0', (sys.argv[1], 9)); time.sleep(0.2)
threading.Thread(target=keep, daemon=True).start()
print('echoing', flush=True)
while True:
    data, (host, port) = s.recvfrom(2000)
    s.sendto(data.split()[0] + f' {host}:{port}'.encode().ljust(400), (host, port))
`;

/** Asks one echo and then the other, and says what changes: each line brings the next fault. */
const ASKER = `
import socket, sys, time
peer, relay = sys.argv[1:3]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('0.0.0.0', 5000)); s.settimeout(0.2)
number = 0
def ask(to):
    global number
    number += 1
    s.sendto(str(number).encode().ljust(400), (to, 7000))
    while True:
        try: answer = s.recv(2000).split()
        except TimeoutError: return None
        if int(answer[0]) == number: return answer[1].decode()
def until(to, is_it, times=1):
    count = 0
    while count < times:
        seen = ask(to)
        count = count + 1 if is_it(seen) else 0
    return seen
def say(*words): print(*words, flush=True)
def answered(to):
    global number
    for _ in range(20):
        number += 1
        s.sendto(str(number).encode().ljust(400), (to, 7000))
    came = set()
    s.settimeout(2)
    try:
        while True: came.add(int(s.recv(2000).split()[0]))
    except TimeoutError: s.settimeout(0.2)
    return len([one for one in came if one > number - 20])
is_there = lambda seen: seen is not None
is_silent = lambda seen: seen is None
def fastest(to):
    took = []
    for _ in range(5):
        begun = time.monotonic(); ask(to); took.append(time.monotonic() - begun)
    return min(took)
at = until(peer, is_there); until(relay, is_there)
say('late by', *[int(fastest(to) * 50) * 20 for to in (relay, peer)], 'ms')
say('at', at)
remapped = until(peer, lambda seen: seen and seen != at); say('remapped', remapped)
moved = until(peer, lambda seen: seen and seen.split(':')[0] != at.split(':')[0]); say('moved', moved)
rebooted = until(peer, lambda seen: seen and seen.endswith(':32768')); say('rebooted', rebooted)
until(peer, is_silent, 5); say('silent')
until(peer, is_there); say('back')
until(peer, is_silent); say('answered', answered(peer))
until(peer, is_there, 8); say('clean')
until(relay, is_silent, 5); say('gone')
until(relay, is_there); say('there again')
until(peer, is_silent, 5)
`;

const python = (script: string, ...args: readonly string[]): readonly string[] => ['python3', '-c', script, ...args];
const afterLine = (line: string): object => ({ after: { line, of: 'a' } });

/** Ends the program that shapes the links of the lab. */
async function killLinks({ id }: Pick<Lab, 'id'>): Promise<void> {
  const docker = await connectDocker(labHost());
  const backbone = (await listLab(docker, id)).find(({ Names }) => Names.some((name) => name.endsWith('backbone')));
  await exec(docker.getContainer(backbone?.Id ?? 'none'), ['pkill', '-KILL', '-f', 'link.py']);
}

describeLab('faults of a lab file', () => {
  it('are met by its programs one after the other, and undone before the next try', async () => {
    const { cells, isAsExpected } = await runHere(
      {
        public: { relay: { command: python(ECHO, '{{server}}'), ready: { line: 'echoing' } } },
        sides: {
          a: { command: python(ASKER, '{{b.public}}', '{{public.relay}}') },
          b: { command: python(ECHO, '{{server}}') },
        },
        nats: { rows: ['symmetric-sequential'], columns: ['full-cone'] },
        link: { latency: '10ms' },
        success: { within: '40s', a: { exit: 0 } },
        expect: 'direct',
        faults: [
          { ...afterLine('at'), forget: 'a' },
          { ...afterLine('remapped'), renumber: 'a' },
          { ...afterLine('moved'), reboot: 'a' },
          { ...afterLine('rebooted'), cut: 'a' },
          { ...afterLine('silent'), restore: 'a' },
          { ...afterLine('back'), loss: '50%', side: 'a' },
          { ...afterLine('answered'), loss: '0%', side: 'a' },
          { ...afterLine('clean'), kill: 'relay' },
          { ...afterLine('gone'), start: 'relay' },
          { ...afterLine('there again'), cut: 'b' },
          { ...afterLine('never'), kill: 'relay' },
        ],
      },
      { repeat: 2 },
    );
    const tries = cells[0]?.tries ?? [];
    for (const one of tries) {
      expect(one).toMatchObject({ outcome: 'direct', reason: null });
      const said = one.sides[0]?.output.map(({ text }) => text) ?? [];
      expect(said).toEqual([
        // Each way: over one link, and over two.
        'late by 20 40 ms',
        expect.stringMatching(/^at [\d.]+\.101:/),
        expect.stringMatching(/^remapped [\d.]+\.101:/),
        expect.stringMatching(/^moved [\d.]+\.103:/),
        // Its ports are counted from the first one.
        expect.stringMatching(/^rebooted [\d.]+\.103:32768$/),
        'silent',
        'back',
        'answered 5',
        'clean',
        'gone',
        'there again',
      ]);
      expect(one.faults.map(({ what }) => what)).toEqual([
        "a's router forgets all mappings",
        "a's router gets another public address, and forgets all mappings",
        "a's router reboots",
        "a's link is cut",
        "a's link works again",
        'one in 2 UDP datagrams of a is lost, each way',
        'no more datagrams of a are lost',
        'relay is killed',
        'relay is started again',
        "b's link is cut",
        'relay is killed: a did not print /never/ in time',
      ]);
      const times = one.faults.map(({ atMs }) => atMs);
      expect(times.at(-1)).toBeNull();
      expect(times.slice(0, -1)).toEqual(times.slice(0, -1).toSorted((before, after) => (before ?? 0) - (after ?? 0)));
    }
    expect([tries.length, isAsExpected]).toEqual([2, true]);
  }, 120_000);

  it('that cannot be made end the try, and the end of what shapes the links ends the run, each with its place', async () => {
    const labs: Lab[] = [];
    const start = async (options: LabOptions): Promise<Lab> => {
      const lab = await borrowed(options);
      labs.push(lab);
      return lab;
    };
    const ended = await runHere(
      {
        sides: { a: { command: '[ {{peer.nat}} = firewalled ] || echo ready; sleep 60' }, b: { command: 'sleep 60' } },
        nats: { rows: ['open'], columns: ['open', 'firewalled'] },
        link: { latency: '1ms' },
        'pairs-at-once': 1,
        success: { within: '60s', exit: 0 },
        faults: [{ ...afterLine('ready'), renumber: 'b' }],
      },
      { start, onCell: () => void labs.map(killLinks) },
    ).catch((error: unknown) => error);
    expect(ended).toBeInstanceOf(CutShortError);
    const { result, cause } = ended as CutShortError;
    expect((cause as Error).message).toMatch(
      /^nat-lab\.json:1:\d+: link: what shapes the links of the lab has ended: it said nothing$/,
    );
    expect(result).toMatchObject({ pairs: 2, isComplete: false });
    expect(result.cells.map(({ b }) => b)).toEqual(['open']);
    expect(result.cells[0]?.tries[0]).toMatchObject({
      outcome: 'error',
      reason: expect.stringMatching(
        /^nat-lab\.json:1:\d+: faults\[0\]: open-2 cannot be renumbered: its clients have public addresses of their own$/,
      ),
      faults: [{ atMs: null }],
    });
  }, 120_000);
});
