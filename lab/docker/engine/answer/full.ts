/** An engine whose disk is full: what it does not start then says nothing about any program. */
import { engineReason } from './reason.ts';

/** The message is a sentence, with what to do. */
export class EngineFullError extends Error {
  override readonly name = 'EngineFullError';
}

/** As the system says it (ENOSPC), and every engine passes it on. */
const NO_ROOM = 'no space left on device';

/** Returns the error that tells of a full disk, where that is what an engine has failed by; else null. */
export function engineFull(cause: unknown): EngineFullError | null {
  const reason = engineReason(cause);
  if (!reason.includes(NO_ROOM)) return null;
  const remedy = 'natcheck lab prune removes what earlier labs have left';
  return new EngineFullError(`the engine has no room left on its disk: ${reason}; ${remedy}`, { cause });
}
