/** When a relay is sought: with each join unless its server still has it, in place of one that is lost, and not without end. */
import { describe, expect, it } from 'vitest';
import type { RelayProof, RelaySocket } from '../../../src/net/turn/relay-socket.ts';
import { createReachability } from '../../../src/punch/reachability/reachability.ts';
import type { RelayResult } from '../../../src/punch/reachability/relay.ts';
import type { TurnServerChoice } from '../../../src/punch/reachability/turn-choice.ts';

const SERVER = { address: '203.0.113.10', port: 3478 };
const named = (username: string): readonly TurnServerChoice[] => [
  { urls: ['turn:203.0.113.10'], username, password: 'p' },
];

interface FakeRelay {
  readonly socket: RelaySocket;
  /** What its server says when it is asked; `lost` is told by the relay itself as well. */
  proof: RelayProof;
  proofs: number;
  lose: () => void;
  isClosed: boolean;
}

function fakeRelay(port: number): FakeRelay {
  let onLost: Parameters<RelaySocket['onLost']>[0] = () => {};
  const lose = (): void => onLost({ reason: 'allocation-mismatch', code: 437, detail: '' });
  const relayed = { ...SERVER, port };
  const fake: FakeRelay = {
    ...{ proof: 'there', proofs: 0, lose, isClosed: false },
    socket: {
      ...{ local: relayed, relayed, mapped: relayed, server: SERVER, send: () => {}, onDatagram: () => {} },
      onLost: (receive) => {
        onLost = receive;
      },
      prove: async () => {
        fake.proofs++;
        if (fake.proof === 'lost') lose();
        return fake.proof;
      },
      [Symbol.asyncDispose]: async () => {
        fake.isClosed = true;
      },
    },
  };
  return fake;
}

/** Searches that end at once, with another relay each, unless the test says otherwise. */
function start({ search }: { readonly search?: (count: number) => Promise<RelayResult> | null } = {}) {
  const relays: FakeRelay[] = [];
  const searches: string[] = [];
  const notices: string[] = [];
  let changes = 0;
  const reachability = createReachability({
    ...{ socket: null, server: SERVER, mode: 'any', mayHaveSecond: false },
    openRelay: async ([server]) => {
      const count = searches.push(server?.username ?? '');
      const other = search?.(count);
      if (other) return other;
      const relay = fakeRelay(50_000 + relays.length);
      relays.push(relay);
      return { outcome: 'open', relay: relay.socket, url: server?.urls[0] ?? '' };
    },
    onNotice: (text) => void notices.push(text),
  });
  reachability.onChanged(() => changes++);
  const port = async (): Promise<number | null> => (await reachability.relayed(1_000))?.relayed.port ?? null;
  return { reachability, relays, searches, notices, changes: () => changes, port };
}

describe('a relay', () => {
  it('that its server still has after another join is kept', async () => {
    const { reachability, searches, port, relays } = start();
    reachability.seekRelay(named('first'));
    expect(await port()).toBe(50_000);
    reachability.seekRelay(named('second'));
    expect([await port(), relays[0]?.proofs, searches]).toEqual([50_000, 1, ['first']]);
    await reachability[Symbol.asyncDispose]();
    expect(relays[0]?.isClosed).toBe(true);
  });

  it('that its server does not have any more is replaced, with the credentials of the last join', async () => {
    const { reachability, searches, port, relays, notices, changes } = start();
    reachability.seekRelay(named('first'));
    await port();
    if (relays[0]) relays[0].proof = 'lost';
    reachability.seekRelay(named('second'));
    expect([await port(), searches, changes()]).toEqual([50_001, ['first', 'second'], 3]);
    expect(notices).toEqual([
      'the relay is lost: the server knows another allocation, or none, for this socket: a new local socket has to be used [allocation-mismatch 437]',
    ]);
    await reachability[Symbol.asyncDispose]();
    expect(relays.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });

  it('whose server is named no more is replaced, unless a path may go through it', async () => {
    const { reachability, port, relays, notices } = start();
    const other: readonly TurnServerChoice[] = [{ urls: ['turn:203.0.113.20'], username: 'other', password: 'p' }];
    reachability.seekRelay(named('first'));
    await port();
    const path = reachability.onRelayLost(() => {});
    reachability.seekRelay(other);
    expect([await port(), notices]).toEqual([50_000, []]);
    path[Symbol.dispose]();
    reachability.seekRelay([]);
    expect(await port()).toBe(50_000);
    reachability.seekRelay(other);
    expect([await port(), notices]).toEqual([50_001, ['the relay is lost: its server is named no more']]);
    expect(relays.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    await reachability[Symbol.asyncDispose]();
  });

  it('that says nothing is replaced, unless a path may go through it', async () => {
    const { reachability, port, relays, notices } = start();
    reachability.seekRelay(named('first'));
    await port();
    if (relays[0]) relays[0].proof = 'silent';
    const path = reachability.onRelayLost(() => {});
    reachability.seekRelay(named('second'));
    expect(await port()).toBe(50_000);
    path[Symbol.dispose]();
    reachability.seekRelay(named('third'));
    expect([await port(), notices]).toEqual([50_001, ['the relay is lost: the server does not answer']]);
    await reachability[Symbol.asyncDispose]();
  });

  it('is asked after with each binding, so that one whose server was killed in silence is not told of for long', async () => {
    const { reachability, port, relays } = start();
    reachability.seekRelay(named('first'));
    await port();
    if (relays[0]) relays[0].proof = 'silent';
    const over = new AbortController();
    const bound = reachability.bind({ ticket: { username: 'u', password: 'p' }, altPort: 3479, signal: over.signal });
    expect([await port(), relays[0]?.proofs]).toEqual([50_001, 1]);
    over.abort(new Error('enough'));
    await expect(bound).rejects.toThrow('enough');
    await reachability[Symbol.asyncDispose]();
  });

  it('in doubt is kept when its server answers, and replaced when it does not, though a path may go through it', async () => {
    const { reachability, port, relays, notices } = start();
    reachability.seekRelay(named('first'));
    await port();
    const lost: string[] = [];
    using _path = reachability.onRelayLost(() => lost.push('path'));
    reachability.doubt();
    expect([await port(), relays[0]?.proofs, lost]).toEqual([50_000, 1, []]);
    if (relays[0]) relays[0].proof = 'silent';
    reachability.doubt();
    reachability.doubt();
    expect([await port(), relays[0]?.proofs, lost]).toEqual([50_001, 2, ['path']]);
    expect(notices).toEqual(['the relay is lost: the server does not answer']);
    await reachability[Symbol.asyncDispose]();
  });

  it('that is lost between two joins is replaced when one is wanted next', async () => {
    const { reachability, searches, port, relays } = start();
    reachability.seekRelay(named('first'));
    await port();
    relays[0]?.lose();
    expect(searches).toEqual(['first']);
    expect([await port(), searches]).toEqual([50_001, ['first', 'first']]);
    await reachability[Symbol.asyncDispose]();
  });

  it('that is being sought is sought with the credentials of the next join instead, and given back if it comes all the same', async () => {
    const late = Promise.withResolvers<RelayResult>();
    const { reachability, searches, port } = start({ search: (count) => (count === 1 ? late.promise : null) });
    reachability.seekRelay(named('first'));
    reachability.seekRelay(named('second'));
    expect([await port(), searches]).toEqual([50_000, ['first', 'second']]);
    const relay = fakeRelay(60_000);
    late.resolve({ outcome: 'open', relay: relay.socket, url: 'turn:first' });
    await reachability[Symbol.asyncDispose]();
    expect(relay.isClosed).toBe(true);
  });

  it('is not sought without end where each is lost at once', async () => {
    const { reachability, searches, port, relays } = start();
    reachability.seekRelay(named('first'));
    for (let losses = 0; losses < 3; losses++) {
      await port();
      relays.at(-1)?.lose();
    }
    for (let joins = 0; joins < 100; joins++) reachability.seekRelay(named('again'));
    // The fourth would come after two seconds.
    expect(searches).toHaveLength(3);
    await reachability[Symbol.asyncDispose]();
  });
});
