/** The second socket of a punch: over IPv6, where the first one is over IPv4, bound by a ticket of its own. */
import { type Endpoint, familyOf, sameEndpoint } from '../../endpoint.ts';
import { codeOf } from '../../net/explain-code.ts';
import { refusalOf } from '../../net/lookup/named-address.ts';
import { shareSocket } from '../../net/shared-socket.ts';
import { localAddressToward, openUdpSocket } from '../../net/udp-socket.ts';
import type { BindResult } from '../../rendezvous/introduction/output.ts';
import { tellSecond } from './late.ts';
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
  const second = state.second ?? (await adopt(state, server)) ?? (await open(server));
  if (typeof second === 'string') return { outcome: 'not-sent', detail: second };
  // The room was left meanwhile, and nobody would close it.
  if (signal.aborted) await second.socket[Symbol.asyncDispose]();
  signal.throwIfAborted();
  state.second = second;
  await using socket = second.shared.share((_bytes, from) => sameEndpoint(from, server));
  const result = await bindTicket(socket, { server, ticket, signal });
  if (result.outcome === 'bound') tellSecond(state, result.public);
  return result;
}

/** Takes the socket that is open already at the address from which the system would send there, unless attempts know it by another name. */
async function adopt(state: State, server: Endpoint): Promise<SecondSocket | null> {
  const address = await localAddressToward(server).catch(() => null);
  const known = state.others.find(({ shared }) => shared.local.address === address);
  if (!known || state.lateUsers.size > 0) return null;
  state.others = state.others.filter((one) => one !== known);
  return { ...known, server };
}

/** Returns the system's code where it gives no socket, as on a host without a route there. */
async function open(server: Endpoint): Promise<SecondSocket | string> {
  try {
    const socket = await openUdpSocket({ address: await localAddressToward(server), port: 0 });
    return { socket, shared: shareSocket(socket), server };
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return codeOf(error as NodeJS.ErrnoException);
  }
}
