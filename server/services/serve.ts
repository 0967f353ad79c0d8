/** What a worker serves: STUN and TURN on endpoints that it shares with the others. */
import type { Registry } from 'prom-client';
import { now, wallClock } from '../../src/net/driver.ts';
import { createOwner } from '../../src/net/owner.ts';
import { type BrowsersElsewhere, createBrowsersElsewhere } from '../browser/elsewhere.ts';
import { createRegistry } from '../operations/metrics.ts';
import { createPartnersElsewhere, type PartnersElsewhere } from '../partner/elsewhere.ts';
import { closeAll } from '../sockets/bind.ts';
import { addConnectionMetrics } from '../sockets/metrics.ts';
import type { AllocationTold } from '../turn/allocation-watch.ts';
import { TICK_MS as RELAY_TICK_MS } from '../turn/decisions/limits.ts';
import type { RelayedElsewhere, RelayService } from '../turn/service.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';
import { type OpenedServices, openServices, renewTurns, transmitFrom } from './open.ts';
import { boundOf, startRelayOn, startStun, ticketDeskFor } from './start.ts';

/** All that is told to one that has begun. */
type Told = Exclude<ToWorker, { readonly kind: 'start' }>;
/** As often as it changes. */
const TELL_LOAD_MS = RELAY_TICK_MS;

export interface Worker extends AsyncDisposable {
  readonly hear: (message: Told) => void;
}

/** @throws StartError when an endpoint cannot be had; nothing is left open then. */
export async function serveWorker(start: WorkerStart, say: (message: FromWorker) => void): Promise<Worker> {
  const { plan, tls, relay, isOpen, ticketSecret, workers } = start;
  const sessionSecret = start.sessionSecret === null ? null : { current: start.sessionSecret };
  const metrics = createRegistry();
  await using owner = createOwner();
  const opened = await openServices(plan, { tls, relay, now, isShared: true });
  owner.defer(() => closeAll([...opened.primary, ...opened.alternate, ...opened.turns]));
  addConnectionMetrics(metrics, { turn: opened.admission });
  const bound = boundOf(plan, opened);
  const turnUsers = new Set(start.turnUsers);
  const isAttended = (user: string): boolean => turnUsers.has(user);
  const onRelayed = (relayed: RelayedElsewhere): void => say({ kind: 'relayed', ...relayed });
  const onAllocation = (told: AllocationTold): void => say({ kind: 'allocation', told });
  const context = { opened, bound, metrics, isAttended, isOpen, sessionSecret, onRelayed, onAllocation };
  const service = relay && startRelayOn({ relay, ...context });
  if (service) {
    owner.use(service);
    const telling = setInterval(() => say({ kind: 'load', load: service.load() }), TELL_LOAD_MS);
    owner.defer(async () => clearInterval(telling));
  }
  for (const endpoint of start.relayed) service?.tellElsewhere({ endpoint, isThere: true });
  const partners =
    start.partners &&
    createPartnersElsewhere({ facts: start.partners, sockets: opened.primary, metrics, now, workers, say });
  const fragments = start.browserFragments;
  const browsers = fragments && createBrowsersElsewhere({ fragments, metrics, now, workers, say });
  startStun({
    ...{ opened, layouts: bound.layouts, metrics, workers, relay: service ?? null, partners, browsers: browsers?.take },
    desk: ticketDeskFor({ secret: ticketSecret, unixMs: wallClock }),
    onBound: ({ ticket, endpoint }) => say({ kind: 'bound', ticket, endpoint }),
  });
  const kept = owner.move();
  const relaying = { relay: service ?? null, turnUsers, sessionSecret };
  const parts = { opened, metrics, ticketSecret, ...relaying, partners, browsers, say };
  return { hear: (message) => hear(parts, message), [Symbol.asyncDispose]: kept[Symbol.asyncDispose] };
}

/** What the first process has something to say to. */
interface Parts {
  readonly opened: OpenedServices;
  readonly metrics: Registry;
  readonly turnUsers: Set<string>;
  readonly ticketSecret: Uint8Array;
  readonly sessionSecret: { current: string } | null;
  readonly relay: RelayService | null;
  readonly partners: PartnersElsewhere | null;
  readonly browsers: BrowsersElsewhere | null;
  readonly say: (message: FromWorker) => void;
}

function hear(
  { opened, metrics, turnUsers, ticketSecret, sessionSecret, relay, partners, browsers, say }: Parts,
  message: Told,
): void {
  switch (message.kind) {
    case 'turn-user':
      if (message.isThere) turnUsers.add(message.user);
      else turnUsers.delete(message.user);
      break;
    case 'relayed':
      relay?.tellElsewhere({ endpoint: message.endpoint, isThere: message.isThere });
      break;
    case 'tls':
      renewTurns(opened, message.tls);
      break;
    case 'draining':
      relay?.drain();
      break;
    case 'secrets':
      // In place: what takes tickets and credentials reads the secrets each time.
      ticketSecret.set(message.ticketSecret);
      if (sessionSecret && message.sessionSecret !== null) sessionSecret.current = message.sessionSecret;
      break;
    case 'partners':
    case 'send-to-partner':
    case 'answer-for-partner':
      partners?.hear(message);
      break;
    case 'browser-fragment':
      browsers?.hear(message);
      break;
    case 'transmit':
      transmitFrom(opened, message);
      break;
    case 'read-metrics':
      void metrics.getMetricsAsJSON().then((all) => say({ kind: 'metrics', asked: message.asked, metrics: all }));
      break;
  }
}
