/** A lab for a matrix, with an engine, an image and `natcheck serve`: started and ended as one. */
import { createOwner } from '../../../src/net/owner.ts';
import { CLASSIC_NATS, HARD_NATS, type NamedAccess, type NatProfile } from '../../profiles.ts';
import { findEngine } from '../engine/engine.ts';
import type { Progress } from '../engine/provision.ts';
import { ensureImage } from '../image/image.ts';
import { type Lab, startLab } from '../lab.ts';
import { startNatcheckServer } from '../natcheck-server.ts';
import { UDP_BLOCKED } from '../topology/access.ts';
import type { Addressing } from '../topology/addressing.ts';

type Profiles = readonly (NatProfile | NamedAccess)[];

/** The rows, and the columns, of a matrix with the hard NATs in it. */
const ALL_PROFILES: Profiles = [...CLASSIC_NATS, ...HARD_NATS, UDP_BLOCKED];

/**
 * Other addresses than DEFAULT_ADDRESSING has, from the same kinds of ranges (RFC 5737, RFC 2544), so that a matrix can run
 * on the engine of a lab that is used by hand.
 */
const MATRIX_ADDRESSING: Addressing = {
  publicPrefix: '198.51.100',
  privatePrefix: '10.114',
  routedPrefix: '198.19',
  carrierPrefix: '100.65',
};

export interface MatrixLab extends AsyncDisposable {
  readonly lab: Lab;
}

/** @throws the signal's reason, NonconformingError, or Error of the step that failed. */
export async function startMatrixLab({
  hard,
  progress,
  signal,
}: {
  /** Also those that are harder than the classic four, and UDP that is blocked; with a backbone between them all. */
  readonly hard: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}): Promise<MatrixLab> {
  await using started = createOwner();
  const engine = started.use(await findEngine({ progress }));
  signal.throwIfAborted();
  const image = await ensureImage(engine, { progress });
  signal.throwIfAborted();
  const half: Profiles = hard ? ALL_PROFILES : CLASSIC_NATS;
  const profiles = [...half, ...half];
  progress(`starting ${profiles.length} sites, and holding each to its profile`);
  const lab = started.use(await startLab({ engine, image, profiles, addressing: MATRIX_ADDRESSING, backbone: hard }));
  started.use(await startNatcheckServer(lab.server, ['--relay', '--open-relay']));
  signal.throwIfAborted();
  const owned = started.move();
  return { lab, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}
