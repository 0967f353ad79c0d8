/** `natcheck lab keep`: owns the lab that `up` has started. */
import { beforeInterrupt } from '../../../lab/docker/engine/interrupt.ts';
import { connectParent } from '../../../lab/docker/keeper/channel.ts';
import { keepLab } from '../../../lab/docker/keeper/keep.ts';
import { EXIT } from '../../exit-code.ts';
import type { LabAction } from './action.ts';
import { chosenAccesses } from './chosen.ts';

export const keep: LabAction = async ({ clients, all = false, nat, image }, { env, signal }) => {
  const { tell } = connectParent();
  const options = { clientsPerNat: clients, all, chosen: chosenAccesses(nat), image };
  await beforeInterrupt(() => keepLab(options, { env, signal, tell }));
  return EXIT.ok;
};
