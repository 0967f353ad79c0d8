/** What a worker serves: STUN and TURN on endpoints that it shares with the others. */
import { now, wallClock } from '../../src/net/driver.ts';
import { createOwner } from '../../src/net/owner.ts';
import { createRegistry } from '../operations/metrics.ts';
import { closeAll } from '../sockets/bind.ts';
import { addConnectionMetrics } from '../sockets/metrics.ts';
import type { AllocationTold } from '../turn/allocation-watch.ts';
import type { RelayedElsewhere } from '../turn/service.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';
import { openServices, renewTurns } from './open.ts';
import { boundOf, startRelayOn, startStun, ticketDeskFor } from './start.ts';

export interface Worker extends AsyncDisposable {
  readonly hear: (message: Exclude<ToWorker, { readonly kind: 'start' }>) => void;
}

/** @throws StartError when an endpoint cannot be had; nothing is left open then. */
export async function serveWorker(start: WorkerStart, say: (message: FromWorker) => void): Promise<Worker> {
  const { plan, tls, relay, isOpen, ticketSecret, sessionSecret, workers } = start;
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
  if (service) owner.use(service);
  for (const endpoint of start.relayed) service?.tellElsewhere({ endpoint, isThere: true });
  startStun({
    ...{ opened, layouts: bound.layouts, metrics, workers, relay: service ?? null, partners: null },
    desk: ticketDeskFor({ secret: ticketSecret, unixMs: wallClock }),
    onBound: ({ ticket, endpoint }) => say({ kind: 'bound', ticket, endpoint }),
  });
  const kept = owner.move();
  return {
    hear: (message) => {
      switch (message.kind) {
        case 'turn-user':
          if (message.isThere) turnUsers.add(message.user);
          else turnUsers.delete(message.user);
          break;
        case 'relayed':
          service?.tellElsewhere({ endpoint: message.endpoint, isThere: message.isThere });
          break;
        case 'tls':
          renewTurns(opened, message.tls);
          break;
        case 'draining':
          service?.drain();
          break;
        case 'read-metrics':
          void metrics.getMetricsAsJSON().then((all) => say({ kind: 'metrics', asked: message.asked, metrics: all }));
          break;
      }
    },
    [Symbol.asyncDispose]: kept[Symbol.asyncDispose],
  };
}
