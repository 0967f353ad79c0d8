/** The second socket of a punch: over IPv6, where the first one is over IPv4, bound by a ticket of its own. */
import { networkInterfaces } from 'node:os';
import { type Endpoint, familyOf, sameEndpoint } from '../../endpoint.ts';
import { codeOf } from '../../net/explain-code.ts';
import { refusalOf } from '../../net/lookup/named-address.ts';
import { type SharedSocket, shareSocket } from '../../net/shared-socket.ts';
import { localAddressToward, openUdpSocket } from '../../net/udp-socket.ts';
import type { BindResult } from '../../rendezvous/introduction/output.ts';
import { tellSecond } from './late.ts';
import { isBesideTunnel } from './other-addresses.ts';
import type { OtherSocket } from './other-sockets.ts';
import { bindTicket } from './socket.ts';
import type { SecondSocket, State } from './state.ts';

export interface BindSecondBy {
  readonly ticket: { readonly username: string; readonly password: string };
  /** The server's endpoint over IPv6, and the IP address of who has named it. */
  readonly server: Endpoint;
  readonly namedBy: string;
  readonly signal: AbortSignal;
}

/** Opens the socket if it is not open yet, and binds it. @throws the signal's reason when aborted. */
export async function bindSecond(state: State, { ticket, server, namedBy, signal }: BindSecondBy): Promise<BindResult> {
  const { direct, options } = state;
  if (!direct || !options.mayHaveSecond || familyOf(direct.local.address) === familyOf(server.address)) {
    return { outcome: 'not-sent', detail: 'there is no second socket' };
  }
  const refusal = refusalOf([server.address], { host: server.address, namedBy });
  if (refusal !== null) return { outcome: 'not-sent', detail: refusal };
  const second = state.second ?? (await placeSecond(state, { server, signal }));
  if (typeof second === 'string') return { outcome: 'not-sent', detail: second };
  const result = await bindOn(second.shared, { stun: options.stun, server, ticket, signal });
  if (result.outcome === 'bound') tellSecond(state, result.public);
  return result;
}

async function bindOn(
  shared: SharedSocket,
  { stun, server, ticket, signal }: Omit<BindSecondBy, 'namedBy'> & Pick<State['options'], 'stun'>,
): Promise<BindResult> {
  if (stun) return stun.see(shared, { only: server, signal });
  await using socket = shared.share((_bytes, from) => sameEndpoint(from, server));
  return await bindTicket(socket, { server, ticket, signal });
}

/**
 * Finds the socket, or opens it; returns why there is none, as on a host without a route there.
 * @throws the signal's reason when aborted.
 */
async function placeSecond(
  state: State,
  { server, signal }: { readonly server: Endpoint; readonly signal: AbortSignal },
): Promise<SecondSocket | string> {
  const { openSocket = openUdpSocket } = state.options;
  try {
    const address = await localAddressToward(server);
    const first = state.direct?.local.address ?? '';
    if (isBesideTunnel(networkInterfaces(), { first, address })) return 'IPv6 goes past the tunnel of the first socket';
    const known = adoptable(state, address);
    const socket = known?.socket ?? (await openSocket({ address, port: 0 }));
    // The binding was stopped meanwhile, or the room was left, and nobody would close it.
    if (signal.aborted && !known) await socket[Symbol.asyncDispose]();
    signal.throwIfAborted();
    state.others = state.others.filter((one) => one !== known);
    const shared = known?.shared ?? shareSocket(socket);
    state.second = { socket, shared, server, seen: null };
    state.options.seekPinhole?.(socket.local);
    return state.second;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return codeOf(error as NodeJS.ErrnoException);
  }
}

/** Returns the socket that is open already at that address, unless attempts know it by another name. */
function adoptable({ others, lateUsers }: State, address: string): OtherSocket | undefined {
  return lateUsers.size > 0 ? undefined : others.find(({ shared }) => shared.local.address === address);
}
