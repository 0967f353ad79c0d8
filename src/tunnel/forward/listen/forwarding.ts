/** The forwarding side: listens here, and carries all that comes through whatever tunnel there is. */
import { createOwner } from '../../../net/owner.ts';
import type { Tunnel } from '../../tunnel.ts';
import { SYSTEM_CLOCK } from '../clock.ts';
import type { OnForwardEvent } from '../event.ts';
import type { FlowLimits } from '../flow-table.ts';
import { requestOf } from '../grammar/request.ts';
import { type Forward, formatTarget } from '../grammar/target.ts';
import { type Listener, listenForConnections } from './connections.ts';
import { createCurrentTunnel } from './current-tunnel.ts';
import { listenForDatagrams } from './datagrams.ts';

/** Disposing of it stops listening, and ends what is under way. */
export interface Forwarding extends AsyncDisposable {
  /** Where it listens, with the ports that the system has chosen for 0; in the order that was asked for. */
  readonly forwards: readonly Forward[];
  /** Lets new connections and flows go through this tunnel; those of the one before stay with it. */
  readonly use: (tunnel: Tunnel) => void;
}

export interface ForwardingOptions extends Partial<FlowLimits> {
  readonly forwards: readonly Forward[];
  readonly onEvent?: OnForwardEvent;
}

/** Begins to listen on all, or on none. @throws UsageError when one place cannot be listened on: it names that. */
export async function openForwarding(options: ForwardingOptions): Promise<Forwarding> {
  const { onEvent = () => {}, clock = SYSTEM_CLOCK } = options;
  const current = createCurrentTunnel(clock);
  await using owner = createOwner();
  const forwards: Forward[] = [];
  for (const { listen, target } of options.forwards) {
    const carried = { request: requestOf(target), target: formatTarget(target), current, onEvent };
    const listener: Listener =
      listen.kind === 'port' && listen.transport === 'udp'
        ? await listenForDatagrams(listen, { carried, limits: { ...options, clock } })
        : await listenForConnections(listen, carried);
    owner.use(listener);
    forwards.push({ listen: listener.listen, target });
  }
  const owned = owner.move();
  const use = (tunnel: Tunnel): void => {
    tunnel.onOffer((offer) => offer.refuse('natcheck forward runs here, which exposes nothing'));
    current.use(tunnel);
  };
  return { forwards, use, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}
