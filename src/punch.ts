/** The punch: two peers meet at the rendezvous and open a direct path by simultaneous open (the seven steps). */
import { detect } from './detect.ts';
import type { Endpoint } from './endpoint.ts';
import { UsageError } from './errors.ts';
import { now } from './net/driver.ts';
import type { IcePath } from './net/ice-path.ts';
import { awaitIntroduction } from './net/introduction.ts';
import { keepOpen } from './net/keep-open.ts';
import { candidateAgent } from './net/punch-agent.ts';
import { connectPeers } from './net/punch-connect.ts';
import { openPunchSocket } from './net/punch-socket.ts';
import { joinRendezvous, type RendezvousClient } from './net/rendezvous-client.ts';
import { createResolver } from './net/resolver.ts';
import { parseServerName, resolveServer } from './net/server-name.ts';
import { DEFAULT_HTTP_PORT } from './ports.ts';
import { type PunchPlan, planPunch } from './punch-plan.ts';
import { PUNCH_SCHEMA, type PunchFailure, type PunchReport, type PunchStep } from './punch-report.ts';
import { createStepRecorder } from './punch-steps.ts';
import type { ToldBehavior } from './rendezvous/fields.ts';

/** How long to wait for the peer. */
export const PUNCH_WAIT_MS = 60_000;
export interface PunchOptions {
  readonly id: string;
  readonly peer: string;
  /** `HOST` or `HOST:PORT` of a natcheck server. */
  readonly server: string;
  /** `ws://` or `wss://` URL; by default the server's own, on port 3480. */
  readonly rendezvous?: string | undefined;
  readonly room?: string | undefined;
  readonly token?: string | undefined;
  readonly waitMs?: number | undefined;
  readonly local?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((step: PunchStep) => void) | undefined;
  /** What is expected of the pair, before the first packet goes to the peer. */
  readonly onPlan?: ((plan: PunchPlan) => void) | undefined;
}

export interface Punched extends AsyncDisposable {
  readonly report: PunchReport;
  /** The live path, the caller's until disposed; null when there is none. */
  readonly path: IcePath | null;
}

/**
 * Opens a direct UDP path to `peer`, who does the same toward `id`.
 *
 * Network outcomes (nobody came, no path) are values in the report, each with its reason.
 * @throws UsageError when an option cannot be used; the signal's reason when aborted, after leaving the room.
 */
export async function punch(options: PunchOptions): Promise<Punched> {
  const { id, peer, signal, onStep = () => {}, onPlan = () => {} } = options;
  if (id === peer) throw new UsageError(`the peer is ${peer}, and so is this one: each side takes an id of its own`);
  const startedAt = now();
  const steps = createStepRecorder({ id, peer, elapsed: () => now() - startedAt, onStep });
  const report = (rest: Partial<PunchReport> & Pick<PunchReport, 'outcome'>): PunchReport => ({
    schema: PUNCH_SCHEMA,
    reason: null,
    technique: null,
    plan: null,
    id,
    peer,
    local: null,
    public: null,
    remote: null,
    rttMs: null,
    elapsedMs: 0,
    probesSent: 0,
    steps: steps.steps(),
    ...rest,
  });
  const failed = (reason: PunchFailure, rest: Partial<PunchReport> = {}): Punched => ({
    report: report({ outcome: 'failed', reason, ...rest }),
    path: null,
    async [Symbol.asyncDispose]() {},
  });

  const name = parseServerName(options.server);
  const [identity] = await resolveServer(name, { family: null, resolver: createResolver() }).catch(() => []);
  if (!identity) return failed('unknown-host');
  const server: Endpoint = { address: identity.address, port: identity.port };
  const url =
    options.rendezvous ?? `ws://${name.host.includes(':') ? `[${name.host}]` : name.host}:${DEFAULT_HTTP_PORT}`;
  const { room = 'default', token } = options;
  const joined = await joinRendezvous({ url, room, id, token, signal });
  if (joined.outcome === 'unreachable' || joined.outcome === 'closing') return failed('rendezvous-unreachable');
  if (joined.outcome === 'refused') return failed('rendezvous-refused');
  await using client = joined.client;

  const opened = await openPunchSocket({ ...options, server, ticket: client.joined.ticket }).catch(refusedBySystem);
  if (opened === null) return failed('no-route');
  const { socket, binding } = opened;
  const close = (): Promise<void> => Promise.resolve(socket[Symbol.asyncDispose]());
  if (binding.outcome !== 'bound') {
    await close();
    return failed(binding.outcome === 'not-sent' ? 'no-route' : 'udp-silent', { local: socket.local });
  }
  try {
    const own = { local: socket.local, public: binding.public };
    steps.bound(binding.public);
    const agentOf = candidateAgent(socket, { seen: binding.public, server: server.address });
    using _ = keepOpen(socket, server);
    const behavior = await askFor(client, { ...options, server, candidates: agentOf.candidates });
    const waited = await awaitIntroduction(client, { peer, waitMs: options.waitMs ?? PUNCH_WAIT_MS, signal });
    if (waited.kind !== 'introduced') {
      await close();
      return failed(waited.kind === 'lost' ? 'rendezvous-lost' : 'no-peer', own);
    }
    const { introduction } = waited;
    const introducedAt = now();
    const plan = planPunch({ id, behavior }, { id: peer, behavior: introduction.behavior });
    onPlan(plan);
    steps.introduced({ own: introduction.own, peer: introduction.endpoint });
    const { path, result, agent } = await connectPeers({
      introduction,
      agentOf,
      socket,
      signal,
      onEvent: steps.iceEvent,
    });
    const done = { ...own, plan, elapsedMs: Math.round(now() - introducedAt), probesSent: agent.checksSent() };
    if (result.kind === 'failed') {
      await path[Symbol.asyncDispose]();
      return failed('no-path', { ...done, technique: 'simultaneous-open' });
    }
    const { remote } = result.pair;
    const technique = remote.type === 'host' ? 'host' : 'simultaneous-open';
    const rttMs = Math.round(result.rttMs * 100) / 100;
    return {
      report: report({ outcome: 'direct', technique, ...done, remote: remote.endpoint, rttMs }),
      path,
      [Symbol.asyncDispose]: () => Promise.resolve(path[Symbol.asyncDispose]()),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Null for what the system would not open or send. @throws what is no refusal of the system. */
function refusedBySystem(error: unknown): null {
  if (error instanceof Error && 'syscall' in error) return null;
  throw error;
}

/** Says to the rendezvous who is wanted, and what that peer shall know: candidates, and how this NAT behaves. */
async function askFor(
  client: RendezvousClient,
  {
    peer,
    server,
    local,
    signal,
    candidates,
  }: Omit<PunchOptions, 'server'> & { server: Endpoint; candidates: readonly string[] },
): Promise<ToldBehavior> {
  const host = server.address.includes(':') ? `[${server.address}]` : server.address;
  const { mapping, filtering } = await detect({ servers: [`${host}:${server.port}`], local, signal });
  const behavior = { mapping: mapping.behavior, filtering: filtering.behavior };
  client.ask(peer, { candidates, behavior });
  return behavior;
}
