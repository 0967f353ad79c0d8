/** The error of a lab that cannot be trusted. */

/**
 * A site of the lab does not behave as its profile says, so no result from this lab would mean anything.
 * Thrown by `startLab` when everything has been started, before anyone can use it.
 */
export class NonconformingError extends Error {
  override readonly name = 'NonconformingError';
  /** Each is one line, `name: axis: asked X, got Y`. */
  readonly mismatches: readonly string[];
  /** The rules that the router had in force just after. */
  readonly rules: string;
  /** The connections that it tracked just after, one on each line. */
  readonly conntrack: string;

  constructor({ mismatches, rules, conntrack }: Pick<NonconformingError, 'mismatches' | 'rules' | 'conntrack'>) {
    super(`the lab refuses to run:\n${mismatches.join('\n')}\n\nrules:\n${rules}\nconntrack:\n${conntrack}`);
    this.mismatches = mismatches;
    this.rules = rules;
    this.conntrack = conntrack;
  }
}
