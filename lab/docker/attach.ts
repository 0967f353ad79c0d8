/** Puts a container of Testcontainers behind a NAT of the lab: it shares the network of a client, default route included. */
import type { LabContainer } from './container/container.ts';

/** As much of Testcontainers' `GenericContainer` as is needed; `S` is what its `start` gives, a `StartedTestContainer`. */
export interface Startable<S> {
  withNetworkMode(mode: string): { start(): Promise<S> };
}

/**
 * Starts the container in the network of `client`: its addresses, its routes, its ports. Whatever else it was given stays,
 * but names and ports belong to a network of its own, which it does not have. Several may share one client, as the programs
 * of one host do. Stop it before the lab is disposed of.
 * @param container not started yet; `start` must not be called on it.
 * @throws TypeError when it has exposed ports, networks or aliases, which an engine refuses together with a shared network.
 * @throws Error of Testcontainers when it does not start.
 */
export async function startBehind<S>(client: Pick<LabContainer, 'name'>, container: Startable<S>): Promise<S> {
  const given = container as unknown as Given;
  const { ExposedPorts = {}, Hostname } = given.createOpts ?? {};
  if (Object.keys(ExposedPorts).length > 0) {
    throw refusal('exposed ports', 'reach it from another client, or wait for a line (Wait.forLogMessage)');
  }
  if (given.networkMode !== undefined || (given.networkAliases ?? []).length > 0) {
    throw refusal('a network or aliases', 'others reach it by the address of the client');
  }
  if (Hostname !== undefined) throw refusal('a hostname', "it has the client's");
  return container.withNetworkMode(`container:${client.name}`).start();
}

/** What a `GenericContainer` has been told so far, of which only subclasses are to know. */
interface Given {
  readonly createOpts?: { readonly ExposedPorts?: object; readonly Hostname?: string };
  readonly networkMode?: string;
  readonly networkAliases?: readonly string[];
}

function refusal(what: string, instead: string): TypeError {
  return new TypeError(`a container that shares the network of a client takes no ${what}: ${instead}`);
}
