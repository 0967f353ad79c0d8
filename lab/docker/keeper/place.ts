/** The container that a person means by `server`, `NAT`, `NAT/CLIENT`, `NAT/CLIENT/lab`, `NAT/router` or `NAT/carrier`. */
import { UsageError } from '../../../src/errors.ts';
import type { RunningLab } from './running-lab.ts';

/** What a client is called beside its guest. */
const LAB_ITSELF = 'lab';

/** Returns the name or id of the container; that of a client's guest, if it has one, and of the client itself by `/lab`. @throws UsageError when the lab has no such place, with those that it has. */
export function containerAt(lab: RunningLab, place: string): string {
  if (place === 'server') return lab.server.container;
  const [nat = '', which = '0', ...rest] = place.split('/');
  const site = lab.sites.find(({ name }) => name === nat);
  const names = ['server', ...lab.sites.map(({ name }) => name)];
  if (site === undefined) throw new UsageError(`the lab has no "${nat}"; it has ${names.join(', ')}`);
  const { router, carrier, clients } = site;
  const routers: Readonly<Record<string, string>> = { router, ...(carrier !== null && { carrier }) };
  if (Object.hasOwn(routers, which) && rest.length === 0) return routers[which] ?? '';
  const client = clients[Number(which)];
  if (client && rest.join('/') === LAB_ITSELF && client.guest !== null) return client.container;
  if (client && rest.length === 0) return client.guest ?? client.container;
  const ofClients = clients.flatMap(({ guest }, index) => [`${index}`, ...(guest ? [`${index}/${LAB_ITSELF}`] : [])]);
  const inside = [...ofClients, ...Object.keys(routers)].map((one) => `${nat}/${one}`);
  throw new UsageError(`the lab has no "${place}"; behind ${nat} it has ${inside.join(', ')}`);
}
