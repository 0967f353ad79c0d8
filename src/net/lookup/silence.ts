/** Whether a lookup failed because the name servers are silent, which says nothing about the name. */

/** c-ares: no answer in time, given up, nobody listens there. The C library (EAI_AGAIN): the same, or a server's fault. */
const SILENT: ReadonlySet<unknown> = new Set(['ETIMEOUT', 'ECANCELLED']);
const UNREACHED: ReadonlySet<unknown> = new Set([...SILENT, 'ECONNREFUSED', 'EAI_AGAIN']);

/** Whether nothing was heard; a refusal, which comes at once, is more than that. */
export function isSilence(error: unknown): boolean {
  return SILENT.has(codeOf(error));
}

/** Whether no name server gave an answer, so that the name may well be known to one. */
export function isUnanswered(error: unknown): boolean {
  return UNREACHED.has(codeOf(error));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
