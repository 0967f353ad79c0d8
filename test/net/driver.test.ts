/** Whatever a session throws, and from wherever it was called, rejects the one promise of its driver; nothing escapes. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startDriver } from '../../src/net/driver.ts';
import { openUdpSocket, type UdpSocket } from '../../src/net/udp-socket.ts';
import type { Session } from '../../src/session.ts';

const BUG = new Error('a bug in the session');
const LOCAL = { address: '127.0.0.1', port: 0 };
const NEVER = { kind: 'wait', until: Number.POSITIVE_INFINITY } as const;

/** One that only waits, but for the parts given. */
function sessionOf(parts: Partial<Session<string>>): Session<string> {
  return {
    handleDatagram: () => {},
    handleSendFailure: () => {},
    handleTimeout: () => {},
    poll: () => NEVER,
    ...parts,
  };
}
const fail = (): never => {
  throw BUG;
};
/** The output once, and then nothing. */
const once = (output: ReturnType<Session<string>['poll']>) => {
  const outputs = [output];
  return () => outputs.shift() ?? NEVER;
};

let main: UdpSocket;
beforeEach(async () => {
  main = await openUdpSocket(LOCAL);
});
afterEach(async () => {
  await main[Symbol.asyncDispose]();
});

describe('what a session throws rejects the promise', () => {
  it('from its first poll, and the driver is given all the same', async () => {
    const driver = startDriver({ session: sessionOf({ poll: fail }), sockets: { main } });
    await expect(driver.result).rejects.toBe(BUG);
  });

  it('from handleDatagram, which a socket calls', async () => {
    const driver = startDriver({ session: sessionOf({ handleDatagram: fail }), sockets: { main } });
    await using stranger = await openUdpSocket(LOCAL);
    stranger.send(Uint8Array.of(1), main.local, () => {});
    await expect(driver.result).rejects.toBe(BUG);
  });

  it('from handleTimeout, which a timer calls', async () => {
    const session = sessionOf({ handleTimeout: fail, poll: (at) => ({ kind: 'wait', until: at + 1 }) });
    await expect(startDriver({ session, sockets: { main } }).result).rejects.toBe(BUG);
  });

  it('from the poll after a timer', async () => {
    let polls = 0;
    const session = sessionOf({ poll: (at) => (++polls === 1 ? { kind: 'wait', until: at + 1 } : fail()) });
    await expect(startDriver({ session, sockets: { main } }).result).rejects.toBe(BUG);
  });

  it.each([
    ['at once', { address: '127.0.0.1', port: 0 }],
    ['by the system, later', { address: '255.255.255.255', port: 9 }],
  ])('from handleSendFailure, where a send is refused %s', async (_when, to) => {
    const poll = once({ kind: 'transmit', socket: 'main', to, bytes: Uint8Array.of(1) });
    const session = sessionOf({ handleSendFailure: fail, poll });
    await expect(startDriver({ session, sockets: { main } }).result).rejects.toBe(BUG);
  });

  it('from handleConnect, and of a port that there is not', async () => {
    const connectTo = (port: number) =>
      sessionOf({
        handleConnect: fail,
        poll: once({ kind: 'connect', socket: 'main', to: { address: '127.0.0.1', port } }),
      });
    await expect(startDriver({ session: connectTo(main.local.port), sockets: { main } }).result).rejects.toBe(BUG);
    await expect(startDriver({ session: connectTo(65_536), sockets: { main } }).result).rejects.toThrow(RangeError);
  });

  it('from what its owner tells it, and the owner that tells is not hit', async () => {
    const driver = startDriver({ session: sessionOf({}), sockets: { main } });
    driver.wake(fail);
    await expect(driver.result).rejects.toBe(BUG);
  });
});

it('after it has thrown, a session is not called any more', async () => {
  const calls: string[] = [];
  const session = sessionOf({
    handleDatagram: () => {
      calls.push('datagram');
      throw BUG;
    },
    poll: () => {
      calls.push('poll');
      return NEVER;
    },
  });
  let receive: Parameters<UdpSocket['onDatagram']>[0] = fail;
  const socket: UdpSocket = {
    ...main,
    onDatagram: (next) => {
      receive = next;
    },
  };
  const driver = startDriver({ session, sockets: { main: socket } });
  receive(Uint8Array.of(1), LOCAL);
  receive(Uint8Array.of(2), LOCAL);
  driver.wake(() => calls.push('told'));
  expect(calls).toEqual(['poll', 'datagram']);
  await expect(driver.result).rejects.toBe(BUG);
});

it('a session that never waits is told apart from one that has much to say', async () => {
  const transmit = { kind: 'transmit', socket: 'nobody', to: LOCAL, bytes: Uint8Array.of(1) } as const;
  const driver = startDriver({ session: sessionOf({ poll: () => transmit }), sockets: { main } });
  await expect(driver.result).rejects.toThrow('a session never waits: 100000 outputs at one moment');
});

it('a wait beyond what a timer can take does not turn in circles', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let polls = 0;
    const session = sessionOf({
      poll: (at) => {
        polls++;
        return { kind: 'wait', until: at + 2 ** 40 };
      },
    });
    const abort = new AbortController();
    const driver = startDriver({ session, sockets: { main }, signal: abort.signal });
    await vi.advanceTimersByTimeAsync(60_000);
    abort.abort(new Error('enough'));
    await expect(driver.result).rejects.toThrow('enough');
    expect([polls, vi.getTimerCount()]).toEqual([1, 0]);
  } finally {
    vi.useRealTimers();
  }
});

it('a wait that is put off a thousand times takes no new timer, and one that is brought forward is kept', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const start = performance.now();
    let until = start + 100;
    const calls: number[] = [];
    const session = sessionOf({
      poll: () => ({ kind: 'wait', until }),
      handleTimeout: (at) => {
        calls.push(at - start);
        if (at >= until) until = Number.POSITIVE_INFINITY;
      },
    });
    const abort = new AbortController();
    const driver = startDriver({ session, sockets: { main }, signal: abort.signal });
    for (let later = 1; later <= 1_000; later++) {
      until = start + 100 + later;
      driver.wake();
    }
    expect(vi.getTimerCount()).toBe(1);
    // Only the first timer can be due by now.
    await vi.advanceTimersByTimeAsync(100);
    expect(calls).toEqual([100]);
    until = start + 500;
    driver.wake();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(calls).toEqual([100, 500]);
    expect(vi.getTimerCount()).toBe(0);
    abort.abort(new Error('enough'));
    await expect(driver.result).rejects.toThrow('enough');
  } finally {
    vi.useRealTimers();
  }
});

it('a session that is told something while it is polled is polled again, not twice at once', async () => {
  let depth = 0;
  const outputs = [1, 2, 3];
  const session = sessionOf({
    poll: () => {
      if (++depth > 1) throw new Error('polled twice at once');
      driver?.wake(() => {});
      depth--;
      return outputs.pop() === undefined ? { kind: 'done', result: 'through' } : { ...NEVER, until: 0 };
    },
  });
  let driver: ReturnType<typeof startDriver<string>> | undefined;
  driver = startDriver({ session, sockets: { main } });
  expect(await driver.result).toBe('through');
});
