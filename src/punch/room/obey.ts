/** Does what the introductions of a room want done. */
import type { BindResult, PeerNews } from '../../rendezvous/introduction/output.ts';
import { behaviorSeen } from '../../rendezvous/introduction/second-socket.ts';
import type { ToldBehavior } from '../../rendezvous/protocol/fields.ts';
import { createMailbox } from './mailbox.ts';
import type { RoomInput, RoomOutput, RoomWiring, State } from './state.ts';

/** How long to wait for a relay after the detection; a peer is not told about one that comes later. */
const RELAY_PATIENCE_MS = 1_500;
const UNKNOWN: ToldBehavior = { mapping: 'undetermined', filtering: 'undetermined' };

export function obey(state: State, output: RoomOutput): void {
  const { options, connection } = state;
  switch (output.kind) {
    case 'join':
      work(state, () => connection.join(output.resumeKey, (input) => hear(state, input)));
      break;
    case 'send':
      connection.say(output.message);
      break;
    case 'bind':
      work(state, () => bind(state, output));
      break;
    case 'bind-second':
      work(state, () => bindSecond(state, output));
      break;
    case 'unbind':
      state.binding.abort();
      state.secondBinding.abort();
      break;
    case 'gather':
      work(state, () => gather(state, output));
      break;
    case 'stun':
      options.reachability.follow(output.addresses);
      options.onStun?.(output);
      break;
    case 'turn':
      seekRelay(options, output);
      break;
    default:
      tell(state, output);
  }
}

type Telling = Exclude<
  RoomOutput,
  { readonly kind: 'join' | 'send' | 'bind' | 'bind-second' | 'unbind' | 'gather' | 'stun' | 'turn' }
>;

/** Tells the room's owner, or whoever waits for a peer. */
function tell(state: State, output: Telling): void {
  const { options, waiting, news } = state;
  switch (output.kind) {
    case 'public':
      options.onPublic(output.endpoint);
      break;
    case 'present':
      options.onPresent?.(output.peer);
      break;
    case 'incoming':
      options.onIncoming?.(output.peer);
      break;
    case 'notice':
      options.onNotice(output.text);
      break;
    case 'news':
      news.get(output.peer)?.put(output.news);
      break;
    case 'introduced': {
      const { peer } = output.introduction;
      const heard = createMailbox<PeerNews>();
      news.set(peer, heard);
      waiting.get(peer)?.({ ...output, news: heard });
      break;
    }
    case 'not-introduced':
      waiting.get(output.peer)?.({ ...output, kind: 'failed' });
      break;
    case 'failed':
      state.over = output;
      state.isOver.resolve(output);
      for (const resolve of waiting.values()) resolve(output);
      break;
  }
}

/** Passes on what becomes of the connection. A detection asks the same server, and so is lost with it. */
function hear({ options, machine }: State, input: RoomInput): void {
  const isLost = input.kind === 'closed' || (input.kind === 'not-joined' && input.outcome !== 'refused');
  if (isLost) options.behavior?.doubt();
  machine.tell(input);
}

/** Passes an error on to whoever waits for a peer, unless the room has been left. */
function work({ left, failed }: State, what: () => Promise<void>): void {
  what().catch((error: unknown) => {
    if (!left.signal.aborted) failed.reject(error);
  });
}

async function bind(state: State, output: Extract<RoomOutput, { readonly kind: 'bind' }>): Promise<void> {
  const { options, machine, connection } = state;
  const { binding, ...by } = output;
  const result = await inPlaceOf(state, 'binding', (signal) => options.reachability.bind({ ...by, signal }));
  if (result?.outcome === 'bound') connection.seen('first', result.public);
  if (result) machine.tell({ kind: 'bound', binding, result });
}

async function bindSecond(state: State, output: Extract<RoomOutput, { readonly kind: 'bind-second' }>): Promise<void> {
  const { options, machine, connection } = state;
  const { binding, ticket, server, namedBy } = output;
  const by = { ticket, server, namedBy };
  const result = await inPlaceOf(state, 'secondBinding', (signal) =>
    options.reachability.bindSecond({ ...by, signal }),
  );
  if (result) connection.seen('second', result.outcome === 'bound' ? result.public : null);
  if (result) machine.tell({ kind: 'second-bound', binding, result });
}

/** Stops the former binding of a socket, and runs this one; null when it was stopped itself. */
async function inPlaceOf(
  state: State,
  socket: 'binding' | 'secondBinding',
  run: (signal: AbortSignal) => Promise<BindResult>,
): Promise<BindResult | null> {
  state[socket].abort();
  state[socket] = new AbortController();
  const { signal } = state[socket];
  try {
    return await run(AbortSignal.any([signal, state.left.signal]));
  } catch (error) {
    if (!signal.aborted) throw error;
    return null;
  }
}

/** Gathers what a peer is told when the server sees this side at `own`, and its second socket at `own6`. */
async function gather(
  { options, machine }: State,
  { gathering, own, own6 }: Extract<RoomOutput, { readonly kind: 'gather' }>,
): Promise<void> {
  const { behavior, reachability } = options;
  // Where UDP is blocked, nothing can be found out.
  const found = (reachability.isDirect() ? await behavior?.find(own) : null) ?? UNKNOWN;
  await reachability.relayed(RELAY_PATIENCE_MS);
  const agentOf = reachability.agentOf(own, own6);
  const behavior6 = own6 ? behaviorSeen(own6, reachability.secondLocal()) : undefined;
  const told = { candidates: agentOf.candidates, behavior: found, behavior6, agentOf };
  machine.tell({ kind: 'gathered', gathering, told });
}

function seekRelay(
  { reachability, turn }: RoomWiring,
  { servers, address }: Extract<RoomOutput, { readonly kind: 'turn' }>,
): void {
  reachability.seekRelay([...turn, ...servers.map((one) => ({ ...one, namedBy: address }))]);
}
