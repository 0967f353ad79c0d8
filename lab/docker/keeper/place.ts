/** The container that a person means by `server`, `NAT`, `NAT/CLIENT`, `NAT/router` or `NAT/carrier`. */
import { UsageError } from '../../../src/errors.ts';
import type { RunningLab } from './running-lab.ts';

/** Returns the name of the container. @throws UsageError when the lab has no such place, with those that it has. */
export function containerAt(lab: RunningLab, place: string): string {
  if (place === 'server') return lab.server.container;
  const [nat = '', which = '0', ...rest] = place.split('/');
  const site = lab.sites.find(({ name }) => name === nat);
  const names = ['server', ...lab.sites.map(({ name }) => name)];
  if (site === undefined) throw new UsageError(`the lab has no "${nat}"; it has ${names.join(', ')}`);
  const { router, carrier, clients } = site;
  const routers: Readonly<Record<string, string>> = { router, ...(carrier !== null && { carrier }) };
  const found = Object.hasOwn(routers, which) ? routers[which] : clients[Number(which)]?.container;
  if (found !== undefined && rest.length === 0) return found;
  const inside = [...clients.keys(), ...Object.keys(routers)].map((one) => `${nat}/${one}`);
  throw new UsageError(`the lab has no "${place}"; behind ${nat} it has ${inside.join(', ')}`);
}
