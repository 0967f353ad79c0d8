/** A room of the rendezvous on real sockets: the introductions (rendezvous/introduction), and what they want done. */
import { scopeOf } from '../address-scope.ts';
import type { Endpoint } from '../endpoint.ts';
import { startMachine } from '../net/machine.ts';
import { type JoinOptions, joinRendezvous, type RendezvousClient } from '../net/rendezvous/client.ts';
import { unlessAborted } from '../net/unless-aborted.ts';
import { createIntroductions, type IntroductionsOptions } from '../rendezvous/introduction/introductions.ts';
import type {
  IntroductionFailure,
  IntroductionInput,
  IntroductionOutput,
  PeerNews,
} from '../rendezvous/introduction/output.ts';
import type { Told } from '../rendezvous/introduction/state.ts';
import type { ToldBehavior } from '../rendezvous/protocol/fields.ts';
import type { Introduction } from '../rendezvous/protocol/server-message.ts';
import type { CandidateAgent } from './attempt/candidate-agent.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';
import type { Reachability } from './reachability/reachability.ts';
import type { TurnServerChoice } from './reachability/turn-choice.ts';

/** Beyond the detection: a relay that comes later is not told of. */
const RELAY_PATIENCE_MS = 1_500;
const UNKNOWN: ToldBehavior = { mapping: 'undetermined', filtering: 'undetermined' };

/** What the peer was told of this side, and the agent that has those candidates. */
interface ToldAgent extends Told {
  readonly agentOf: CandidateAgent;
}

export type Met =
  | {
      readonly kind: 'introduced';
      readonly introduction: Introduction;
      /** When it came, by the driver's clock. */
      readonly at: number;
      readonly told: ToldAgent;
    }
  | { readonly kind: 'failed'; readonly reason: IntroductionFailure; readonly detail: string | null };

export interface RoomWiring extends IntroductionsOptions {
  readonly connection: Omit<JoinOptions, 'resumeKey' | 'onOpen' | 'signal'>;
  readonly reachability: Reachability;
  /** TURN servers beside those that the rendezvous tells of. */
  readonly turn: readonly TurnServerChoice[];
  /** What this side's NAT does, once it is known, waited for before the first ask; null when it is not looked at. */
  readonly behavior: Promise<ToldBehavior> | null;
  /** Called with the public endpoint, each time that it is a new one. */
  readonly onPublic: (own: Endpoint) => void;
  /** Called with the id of a peer that asks for this one and is not wanted yet. */
  readonly onIncoming?: (peer: string) => void;
  readonly onNotice: (text: string) => void;
}

/** Disposing of it leaves the room. */
export interface Room extends AsyncDisposable {
  /** Joins, where nobody has been waited for yet. */
  readonly enter: () => void;
  /**
   * Waits for the next introduction to that peer, one at a time.
   * @throws the signal's reason when aborted, an AbortError when the room is left, the peer being wanted no more then; what
   * a callback has thrown.
   */
  readonly introduce: (
    peer: string,
    options: { readonly waitMs: number; readonly signal?: AbortSignal | undefined },
  ) => Promise<Met>;
  /** Sets the one receiver of what is heard of the peer after its introduction; what came since is given to it at once. */
  readonly onNews: (peer: string, receive: (news: PeerNews) => void) => void;
  /** That peer is wanted no more, or was introduced and is done with. */
  readonly forget: (peer: string) => void;
  /** Relays a line to a peer that was introduced; it is lost when the rendezvous is. */
  readonly signal: (peer: string, data: string) => void;
  /** Rejects with what a callback has thrown; it then meets nobody any more. Never resolves. */
  readonly broken: Promise<never>;
  /** Whether everybody on the way to the server reads what is said: over ws, except to this very host. */
  readonly isOverheard: () => boolean;
}

type RoomOutput = IntroductionOutput<ToldAgent>;

/** The reachability stays the caller's. Where only the host was known, the URL that was opened first is the one for good. */
export function createRoom(options: RoomWiring): Room {
  const { reachability, turn, onPublic, onIncoming = () => {}, onNotice } = options;
  const left = new AbortController();
  const connection = connectionOf(options.connection, left.signal);
  const met = new Map<string, (met: Met) => void>();
  const news = new Map<string, Mailbox<PeerNews>>();
  let over: Extract<Met, { kind: 'failed' }> | null = null;
  let binding = new AbortController();
  const machine = startMachine<IntroductionInput<ToldAgent>, RoomOutput>({
    machine: createIntroductions<ToldAgent>(options),
    obey,
  });
  const { tell } = machine;
  const failed = Promise.withResolvers<never>();
  const broken = Promise.race([machine.broken, failed.promise]);
  // Whoever waits for it is told; nobody may be left to.
  broken.catch(() => {});
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!left.signal.aborted) failed.reject(error);
    }
  };

  function obey(output: RoomOutput): void {
    switch (output.kind) {
      case 'join':
        void attempt(() => connection.join(output.resumeKey, tell));
        break;
      case 'send':
        connection.say(output.message);
        break;
      case 'bind':
        void attempt(() => bind(output));
        break;
      case 'unbind':
        binding.abort();
        break;
      case 'gather':
        void attempt(async () => tell({ kind: 'gathered', told: await gather(options, output.own) }));
        break;
      case 'turn':
        reachability.seekRelay([...turn, ...output.servers.map((one) => ({ ...one, namedBy: output.address }))]);
        break;
      case 'public':
        onPublic(output.endpoint);
        break;
      case 'incoming':
        onIncoming(output.peer);
        break;
      case 'notice':
        onNotice(output.text);
        break;
      case 'news':
        news.get(output.peer)?.put(output.news);
        break;
      default:
        settle(output);
    }
  }
  async function bind({ binding: number, ticket, altPort }: Extract<RoomOutput, { kind: 'bind' }>): Promise<void> {
    binding.abort();
    binding = new AbortController();
    const { signal } = binding;
    try {
      const result = await reachability.bind({ ticket, altPort }, AbortSignal.any([signal, left.signal]));
      tell({ kind: 'bound', binding: number, result });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
  function settle(output: Extract<RoomOutput, { kind: 'introduced' | 'not-introduced' | 'failed' }>): void {
    switch (output.kind) {
      case 'introduced': {
        const { introduction, at, told } = output;
        news.set(introduction.peer, createMailbox());
        met.get(introduction.peer)?.({ kind: 'introduced', introduction, at, told });
        break;
      }
      case 'not-introduced':
        met.get(output.peer)?.({ ...output, kind: 'failed' });
        break;
      case 'failed':
        over = output;
        for (const resolve of met.values()) resolve(output);
        break;
    }
  }
  const forget = (peer: string): void => {
    news.delete(peer);
    met.delete(peer);
    tell({ kind: 'forget', peer });
  };
  return {
    introduce: async (peer, { waitMs, signal }) => {
      signal?.throwIfAborted();
      if (over) return over;
      const { promise, resolve } = Promise.withResolvers<Met>();
      news.delete(peer);
      met.set(peer, resolve);
      try {
        tell({ kind: 'want', peer, waitMs });
        const either = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
        return await unlessAborted(Promise.race([promise, broken]), either);
      } catch (error) {
        forget(peer);
        throw error;
      } finally {
        met.delete(peer);
      }
    },
    enter: () => tell({ kind: 'timeout' }),
    onNews: (peer, receive) => news.get(peer)?.receive(receive),
    forget,
    signal: (peer, data) => tell({ kind: 'signal', peer, data }),
    broken,
    isOverheard: connection.isOverheard,
    [Symbol.asyncDispose]: async () => {
      machine[Symbol.dispose]();
      left.abort(new DOMException('the room has been left', 'AbortError'));
      await connection[Symbol.asyncDispose]();
    },
  };
}

/** What a peer is told, this side being seen at `own`. */
async function gather({ behavior, reachability }: RoomWiring, own: Endpoint): Promise<ToldAgent> {
  // Over UDP that is blocked there is nothing to be found out.
  const found = (reachability.isDirect() ? await behavior : null) ?? UNKNOWN;
  await reachability.relayed(RELAY_PATIENCE_MS);
  const agentOf = reachability.agentOf(own);
  return { candidates: agentOf.candidates, behavior: found, agentOf };
}

/** The connection to the rendezvous that there is, one after the other. */
function connectionOf(options: RoomWiring['connection'], signal: AbortSignal) {
  let client: RendezvousClient | null = null;
  let { url } = options;
  const onOpen = (opened: string): void => {
    url = opened;
  };
  return {
    join: async (resumeKey: string | undefined, tell: (input: IntroductionInput<ToldAgent>) => void): Promise<void> => {
      const result = await joinRendezvous({ ...options, url, resumeKey, onOpen, signal });
      if (result.outcome !== 'joined') return tell({ kind: 'not-joined', ...result });
      client = result.client;
      // Disposed of while it was joining.
      if (signal.aborted) return client[Symbol.asyncDispose]();
      tell({ kind: 'joined', joined: client.joined, address: client.address });
      client.onEvent((event) =>
        tell(event.type === 'closed' ? { kind: 'closed', ...event } : { kind: 'message', message: event }),
      );
    },
    say: (message: Extract<RoomOutput, { kind: 'send' }>['message']): void => client?.say(message),
    isOverheard: (): boolean => {
      const isSecure = typeof url === 'string' && url.startsWith('wss:');
      return client !== null && !isSecure && scopeOf(client.address) !== 'loopback';
    },
    [Symbol.asyncDispose]: async (): Promise<void> => client?.[Symbol.asyncDispose](),
  };
}
