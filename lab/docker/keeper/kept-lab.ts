/** A lab as it is used by hand: what `natcheck lab up` and `natcheck lab detect` start. */
import type { Container } from 'dockerode';
import { createOwner } from '../../../src/net/owner.ts';
import { ALL_ACCESSES } from '../../accesses.ts';
import { CLASSIC_NATS, type NamedAccess, type NatProfile } from '../../profiles.ts';
import { connectDocker } from '../engine/testcontainers.ts';
import { type ServedLabOptions, startServedLab } from '../served-lab.ts';
import { startGuests } from './guests.ts';
import { type RunningLab, runningLab } from './running-lab.ts';

export interface KeptLabOptions {
  readonly clientsPerNat: number;
  /** Also the hard NATs and the accesses without translation, and a backbone between them all. */
  readonly all: boolean;
  /** These, with a backbone between them, in place of all others; default: none. */
  readonly chosen?: readonly (NatProfile | NamedAccess)[];
  /** An image that each client runs as a guest, by the command of the image; default: none. */
  readonly image?: string | undefined;
}

export interface KeptLab extends AsyncDisposable {
  readonly running: RunningLab;
  /** Settles when the server has ended: then there is nothing left to use. */
  readonly serverEnded: Promise<void>;
}

/** @throws the signal's reason, NonconformingError, or Error of the step that failed. */
export async function startKeptLab(
  { clientsPerNat, all, chosen = [], image }: KeptLabOptions,
  start: Pick<ServedLabOptions, 'progress' | 'signal'>,
): Promise<KeptLab> {
  const profiles = chosen.length > 0 ? chosen : all ? ALL_ACCESSES : CLASSIC_NATS;
  const backbone = all || chosen.length > 0;
  const images = image === undefined ? [] : [image];
  await using started = createOwner();
  const served = started.use(await startServedLab({ ...start, images, profiles, clientsPerNat, backbone }));
  if (image !== undefined) start.progress(`starting ${image} in every client`);
  const guests = image === undefined ? null : await startGuests(served.lab, image);
  const owned = started.move();
  return {
    running: runningLab(served.lab, { engine: served.engine, guests }),
    serverEnded: served.server.ended,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

/** Finds the containers of a running lab by their names, whichever process has started it. */
export async function containersOf({ engine }: RunningLab): Promise<(name: string) => Container> {
  const docker = await connectDocker(engine.host);
  return (name) => docker.getContainer(name);
}
