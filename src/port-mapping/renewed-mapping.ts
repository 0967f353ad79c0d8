/** A port that a router has mapped: renewed while it is wanted, then given back. */
import type { Endpoint } from '../endpoint.ts';
import type { MappingProtocol } from '../nat/router.ts';
import type { PortGrant, PortRequest, Router } from './router.ts';

/** RFC 6886 §3.3 recommends two hours. */
export const LIFETIME_S = 7_200;
/** The least time between two renewals, whatever lifetime a router says and however often it refuses. */
const RENEWAL_GAP_MIN_MS = 10_000;

/** A mapping that is removed from the router when it is disposed of. */
export interface PortMapping extends AsyncDisposable {
  readonly outcome: 'mapped';
  /** Where anyone may send to. It is only as public as the router's address is. */
  readonly external: Endpoint;
  readonly protocol: MappingProtocol;
  readonly router: Endpoint;
}

interface State {
  readonly router: Router;
  /** What is asked for at each renewal. */
  readonly request: PortRequest;
  /** The renewal that is under way, or the last one. */
  renewal: Promise<unknown>;
  timer: NodeJS.Timeout | undefined;
  isOver: boolean;
}

/** Keeps what `granted` says. @param options.wan the router's address on its outside. */
export function renewedMapping(
  router: Router,
  { port, wan, granted }: { readonly port: number; readonly wan: string; readonly granted: PortGrant },
): PortMapping {
  const { externalPort } = granted;
  const request = { internalPort: port, externalPort, lifetimeS: LIFETIME_S };
  const state: State = { router, request, renewal: Promise.resolve(), timer: undefined, isOver: false };
  renewAfter(state, halfOf(granted));
  return {
    outcome: 'mapped',
    external: { address: wan, port: externalPort },
    protocol: router.protocol,
    router: router.endpoint,
    [Symbol.asyncDispose]: () => giveBack(state),
  };
}

function renewAfter(state: State, ms: number): void {
  state.timer = setTimeout(() => {
    state.renewal = state.router.map(state.request).then((again) => {
      // Half of what is left is for another attempt.
      if (!state.isOver) renewAfter(state, again ? halfOf(again) : Math.max(RENEWAL_GAP_MIN_MS, ms / 2));
    });
    // Whoever disposes of the mapping is told.
    state.renewal.catch(() => {});
  }, ms).unref();
}

async function giveBack(state: State): Promise<void> {
  if (state.isOver) return;
  state.isOver = true;
  clearTimeout(state.timer);
  const { internalPort, externalPort } = state.request;
  try {
    await state.renewal;
  } finally {
    await state.router.unmap({ internalPort, externalPort });
  }
}

/** RFC 6886 §3.3: a renewal is begun halfway through the lifetime. In milliseconds. */
function halfOf({ lifetimeS }: PortGrant): number {
  return Math.max(RENEWAL_GAP_MIN_MS, Math.min(lifetimeS, LIFETIME_S) * 500);
}
