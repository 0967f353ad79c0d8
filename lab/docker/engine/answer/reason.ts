/** What an engine says is wrong, without the layers that it has passed on its way. */
import { visible } from '../../../../src/visible.ts';

/** Longer reasons are cut: they may quote what a stranger wrote. */
const MAX_LENGTH = 400;

/** Each layer puts its own failure before the one that it was told of; only the last one says what is wrong. */
const LAYERS =
  /^(?:failed to create (?:task for container|shim task)|OCI runtime create failed|runc create failed|unable to start container process|error during container init|crun): /;

/** Dockerode writes what the engine answered as `(HTTP code N) kind - reason`; its error may have the answer beside that. */
const HTTP = /^\(HTTP code \d+\) [\w ]* - /;

/** One line, safe to print. */
export function engineReason(error: unknown): string {
  const { json, message } = error as { readonly json?: { readonly message?: unknown }; readonly message?: unknown };
  let reason = String(json?.message ?? message ?? error)
    .replace(HTTP, '')
    .trim();
  while (LAYERS.test(reason)) reason = reason.replace(LAYERS, '');
  reason = visible(reason.replace(/: unknown$/, ''));
  return reason.length > MAX_LENGTH ? `${reason.slice(0, MAX_LENGTH)}…` : reason;
}
