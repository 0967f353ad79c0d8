/** The exposing side: connects what the other side asks for to what this side has named, and to nothing else. */
import type { Socket } from 'node:net';
import { visible } from '../../../visible.ts';
import type { StreamOffer, Tunnel } from '../../tunnel.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import type { OnForwardEvent } from '../event.ts';
import { createFlow, type TunnelFlow } from '../flow.ts';
import { createFlowTable, type FlowLimits, type FlowTable } from '../flow-table.ts';
import { createMatch } from '../grammar/request.ts';
import { formatTarget, type PortTarget, type Target } from '../grammar/target.ts';
import { reset, splice } from '../splice.ts';
import { connectTo } from './connect.ts';
import { NOT_EXPOSED, refusalOf, TOO_MANY } from './refusal.ts';
import { openUdpTarget, type UdpTarget } from './udp-target.ts';

/**
 * How many connections there may be at once, those being opened included. Each takes a descriptor, and those of this process
 * have to last for its own sockets as well.
 */
export const CONNECTIONS_MAX = 4_096;

/** Disposing of it ends all that goes to the targets. */
export interface Exposure extends Disposable {
  /** Takes the offers of one tunnel; there may be several at once. */
  readonly serve: (tunnel: Tunnel) => void;
}

export interface ExposureOptions extends Partial<FlowLimits> {
  readonly targets: readonly Target[];
  readonly onEvent?: OnForwardEvent;
  /** Default: CONNECTIONS_MAX. */
  readonly connectionsMax?: number;
}

interface State {
  readonly match: (request: string) => Target | null;
  readonly flows: FlowTable<TunnelFlow>;
  readonly onEvent: OnForwardEvent;
  readonly connectionsMax: number;
  /** Aborted by disposal. */
  readonly ending: AbortController;
  connections: number;
  /** A number for each flow. */
  flowsSeen: number;
}

export function createExposure(options: ExposureOptions): Exposure {
  const { targets, onEvent = () => {}, connectionsMax = CONNECTIONS_MAX, clock = SYSTEM_CLOCK } = options;
  const state: State = {
    match: createMatch(targets),
    flows: createFlowTable({ ...options, clock }),
    ...{ onEvent, connectionsMax, ending: new AbortController(), connections: 0, flowsSeen: 0 },
  };
  return {
    serve: (tunnel) => tunnel.onOffer((offer) => void take(state, tunnel, offer)),
    [Symbol.dispose]: () => {
      state.ending.abort();
      state.flows[Symbol.dispose]();
    },
  };
}

async function take(state: State, tunnel: Tunnel, offer: StreamOffer): Promise<void> {
  const target = state.match(offer.request);
  if (!target) return refuse(state, offer, { target: visible(offer.request), reason: NOT_EXPOSED });
  if (state.connections >= state.connectionsMax) {
    return refuse(state, offer, { target: formatTarget(target), reason: TOO_MANY });
  }
  state.connections += 1;
  try {
    if (target.kind === 'port' && target.transport === 'udp') await takeFlow(state, { tunnel, offer, target });
    else await takeConnection(state, offer, target);
  } finally {
    state.connections -= 1;
  }
}

function refuse(state: State, offer: StreamOffer, why: { readonly target: string; readonly reason: string }): void {
  offer.refuse(why.reason);
  state.onEvent({ kind: 'stream-refused', ...why });
}

async function takeConnection(state: State, offer: StreamOffer, target: Target): Promise<void> {
  const name = formatTarget(target);
  const open = (signal: AbortSignal): Promise<Socket> => connectTo(target, { signal });
  const socket = await localEnd(state, offer, { name, open, close: reset });
  if (!socket) return;
  const endNow = (): void => reset(socket);
  state.ending.signal.addEventListener('abort', endNow, { once: true });
  const stream = offer.accept();
  state.onEvent({ kind: 'stream-opened', stream: stream.number, target: name, client: null });
  const how = await splice(socket, stream);
  state.ending.signal.removeEventListener('abort', endNow);
  const traffic = { bytesToTarget: socket.bytesWritten, bytesFromTarget: socket.bytesRead, tooLarge: 0 };
  state.onEvent({ kind: 'stream-closed', stream: stream.number, target: name, how, traffic });
}

/** Resolves once the flow has begun: those that have are bounded by their table. */
async function takeFlow(
  state: State,
  { tunnel, offer, target }: { readonly tunnel: Tunnel; readonly offer: StreamOffer; readonly target: PortTarget },
): Promise<void> {
  const name = formatTarget(target);
  const open = (signal: AbortSignal): Promise<UdpTarget> => openUdpTarget(target, signal);
  const socket = await localEnd(state, offer, { name, open, close: (one) => one[Symbol.dispose]() });
  if (!socket) return;
  state.flowsSeen += 1;
  const key = String(state.flowsSeen);
  const flow = createFlow({
    ...{ tunnel, stream: offer.accept(), target: name, client: null, sends: 'from-target', onEvent: state.onEvent },
    receive: (bytes) => {
      if (state.flows.use(key)) socket.send(bytes);
    },
    onEnd: () => {
      socket[Symbol.dispose]();
      state.flows.end(key, flow);
    },
  });
  state.flows.add(key, flow);
  socket.onDatagram((bytes) => state.flows.use(key)?.send(bytes));
}

interface LocalEnd<Resource> {
  readonly name: string;
  readonly open: (signal: AbortSignal) => Promise<Resource>;
  readonly close: (resource: Resource) => void;
}

/** Opens the local end of a stream, or refuses the stream; null where nobody wants it any more, or it was refused. */
async function localEnd<Resource>(
  state: State,
  offer: StreamOffer,
  { name, open, close }: LocalEnd<Resource>,
): Promise<Resource | null> {
  const signal = AbortSignal.any([offer.signal, state.ending.signal]);
  try {
    const resource = await open(signal);
    if (!signal.aborted) return resource;
    close(resource);
  } catch (error) {
    if (!signal.aborted) refuse(state, offer, { target: name, reason: refusalOf(error) });
  }
  return null;
}
