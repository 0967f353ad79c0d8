/** A lab as it is used by hand: engine, image, NATs and `natcheck serve`, started and ended as one. */
import type { Container } from 'dockerode';
import { createOwner } from '../../../src/net/owner.ts';
import { CLASSIC_NATS } from '../../profiles.ts';
import { findEngine } from '../engine/engine.ts';
import type { Progress } from '../engine/provision.ts';
import { connectDocker } from '../engine/testcontainers.ts';
import { ensureImage } from '../image/image.ts';
import { startLab } from '../lab.ts';
import { startNatcheckServer } from '../natcheck-server.ts';
import { ALL_ACCESSES } from '../topology/access.ts';
import { type RunningLab, runningLab } from './running-lab.ts';

/** What a lab is asked to be. */
export interface LabOrder {
  readonly clientsPerNat: number;
  /** Also the hard NATs and the accesses without translation, and a backbone between them all. */
  readonly all: boolean;
}

export interface HandLab extends AsyncDisposable {
  readonly running: RunningLab;
  /** Settles when the server has ended: then there is nothing left to use. */
  readonly serverEnded: Promise<void>;
}

export interface StartOptions {
  readonly progress: Progress;
  /** Checked between the steps; what has been started is then ended. */
  readonly signal: AbortSignal;
}

/** @throws the signal's reason, NonconformingError, or Error of the step that failed. */
export async function startHandLab(
  { clientsPerNat, all }: LabOrder,
  { progress, signal }: StartOptions,
): Promise<HandLab> {
  await using started = createOwner();
  const engine = started.use(await findEngine({ progress }));
  signal.throwIfAborted();
  const image = await ensureImage(engine, { progress });
  signal.throwIfAborted();
  const profiles = all ? ALL_ACCESSES : CLASSIC_NATS;
  progress(`starting ${profiles.length} sites, and holding each to its profile`);
  const lab = started.use(await startLab({ engine, image, profiles, clientsPerNat, backbone: all }));
  const server = started.use(await startNatcheckServer(lab.server));
  signal.throwIfAborted();
  const owned = started.move();
  return {
    running: runningLab(lab, engine),
    serverEnded: server.ended,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

/** Finds the containers of a running lab by their names, whichever process has started it. */
export async function containersOf({ engine }: RunningLab): Promise<(name: string) => Container> {
  const docker = await connectDocker(engine.host);
  return (name) => docker.getContainer(name);
}
