/** A port that a router has mapped: renewed while it is wanted, then given back. */
import type { Endpoint } from '../endpoint.ts';
import type { MappingProtocol } from '../nat/router.ts';
import type { PortGrant, Router } from './router.ts';

/** RFC 6886 §3.3 recommends two hours. */
export const LIFETIME_S = 7_200;
/** The least time between two renewals, whatever lifetime a router says and however often it refuses. */
const RENEWAL_GAP_MIN_MS = 10_000;

/** A mapping that is removed from the router when it is disposed of. */
export interface PortMapping extends AsyncDisposable {
  readonly outcome: 'mapped';
  /**
   * Where anyone may send to; after a renewal, where the router says then. It is only as public as the router's address is. Of
   * a pinhole it is the local endpoint.
   */
  readonly external: Endpoint;
  readonly protocol: MappingProtocol;
  readonly router: Endpoint;
  /** Whether nothing is translated, and the router has opened its firewall for the port: IPv6. */
  readonly isPinhole: boolean;
}

interface State {
  readonly router: Router;
  readonly internalPort: number;
  external: Endpoint;
  /** The renewal that is under way, or the last one. */
  renewal: Promise<unknown>;
  timer: NodeJS.Timeout | undefined;
  isOver: boolean;
}

/** Keeps what `granted` says. @param options.port the local UDP port. */
export function renewedMapping(
  router: Router,
  { port, granted }: { readonly port: number; readonly granted: PortGrant },
): PortMapping {
  const state: State = {
    router,
    internalPort: port,
    external: granted.external,
    renewal: Promise.resolve(),
    timer: undefined,
    isOver: false,
  };
  renewAfter(state, halfOf(granted));
  return {
    outcome: 'mapped',
    get external() {
      return state.external;
    },
    protocol: router.protocol,
    router: router.endpoint,
    isPinhole: router.isPinhole,
    [Symbol.asyncDispose]: () => giveBack(state),
  };
}

function renewAfter(state: State, ms: number): void {
  state.timer = setTimeout(() => {
    state.renewal = renew(state, ms).then((nextMs) => {
      if (!state.isOver) renewAfter(state, nextMs);
    });
    // Whoever disposes of the mapping is told.
    state.renewal.catch(() => {});
  }, ms).unref();
}

/** Renews once. @returns when to renew next, in milliseconds. */
async function renew(state: State, waitedMs: number): Promise<number> {
  const { router, internalPort, external } = state;
  const again = await router.map({ internalPort, externalPort: external.port, lifetimeS: LIFETIME_S });
  if (again.outcome === 'granted') {
    // A router that has restarted may give another port.
    state.external = again.external;
    return halfOf(again);
  }
  const { retryAfterS } = again;
  // Half of what is left is for another attempt.
  return retryAfterS === undefined ? Math.max(RENEWAL_GAP_MIN_MS, waitedMs / 2) : boundedMs(retryAfterS * 1000);
}

async function giveBack(state: State): Promise<void> {
  if (state.isOver) return;
  state.isOver = true;
  clearTimeout(state.timer);
  try {
    await state.renewal;
  } finally {
    await state.router.unmap({ internalPort: state.internalPort, externalPort: state.external.port });
  }
}

/** RFC 6886 §3.3: a renewal is begun halfway through the lifetime. In milliseconds. */
function halfOf({ lifetimeS }: PortGrant): number {
  return boundedMs(lifetimeS * 500);
}

/** No router has itself asked more often, or later, than that. */
function boundedMs(ms: number): number {
  return Math.max(RENEWAL_GAP_MIN_MS, Math.min(ms, LIFETIME_S * 500));
}
