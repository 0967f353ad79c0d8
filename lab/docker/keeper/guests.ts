/** The guests of a lab that is used by hand: in each client the same image, which runs by its own command. */
import type { LabContainer } from '../container/container.ts';
import { type Guest, GuestError } from '../container/guest.ts';
import { withTag } from '../image/pull.ts';
import type { Lab } from '../lab.ts';
import { allOf } from '../waiting.ts';

/** What programs that make a network of their own ask for. */
const TUN = '/dev/net/tun';

/**
 * They are removed with the lab.
 * @returns the ids of their containers, by the names of the clients.
 * @throws GuestError of the first that does not start.
 */
export async function startGuests({ sites }: Lab, image: string): Promise<ReadonlyMap<string, string>> {
  const clients = sites.flatMap((site) => site.clients);
  const guests = await allOf(clients.map((client) => startIn(client, withTag(image))));
  return new Map(clients.map(({ name }, index) => [name, guests[index]?.id ?? '']));
}

/** Without the device where the engine's machine has none. */
async function startIn(client: LabContainer, image: string): Promise<Guest> {
  // A shell that is the command of an image ends with its input: that stays open.
  const spec = { image, capabilities: ['NET_ADMIN'], holdsInput: true };
  return client.run({ ...spec, devices: [TUN] }).catch((error: unknown) => {
    if (error instanceof GuestError && error.message.includes(TUN)) return client.run(spec);
    throw error;
  });
}
