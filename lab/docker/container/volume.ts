/** A folder that guests of the lab share, kept by the engine. */
import { randomBytes } from 'node:crypto';
import type Dockerode from 'dockerode';
import { gone } from '../engine/answer/gone.ts';
import type { Labels } from '../engine/labels.ts';
import type { LabVolume } from './guest.ts';

/** @throws Error when the engine makes none. */
export async function createVolume(
  docker: Dockerode,
  { lab, labels }: { readonly lab: string; readonly labels: Labels },
): Promise<LabVolume> {
  const name = `natcheck-${lab}-volume-${randomBytes(3).toString('hex')}`;
  await docker.createVolume({ Name: name, Labels: labels });
  return { name, [Symbol.asyncDispose]: () => gone(docker.getVolume(name).remove()) };
}
