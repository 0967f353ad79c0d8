/** Thrown when a site of the lab does not behave as its profile says: no result from such a lab would mean anything. */

export interface NonconformingDetails {
  /** Each is one line, `name: axis: asked X, got Y`. */
  readonly mismatches: readonly string[];
  /** The rules that the router had in force just after. */
  readonly rules: string;
  /** The connections that it tracked just after. */
  readonly conntrack: string;
}

export class NonconformingError extends Error {
  override readonly name = 'NonconformingError';
  readonly mismatches: readonly string[];
  readonly rules: string;
  readonly conntrack: string;

  constructor({ mismatches, rules, conntrack }: NonconformingDetails) {
    super(`the lab refuses to run:\n${mismatches.join('\n')}\n\nrules:\n${rules}\nconntrack:\n${conntrack}`);
    this.mismatches = mismatches;
    this.rules = rules;
    this.conntrack = conntrack;
  }
}
