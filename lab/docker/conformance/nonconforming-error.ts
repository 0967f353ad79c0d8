/** Thrown when a site of the lab does not behave as its profile says: no result from such a lab would mean anything. */

export interface NonconformingDetails {
  /** One `name: axis: asked X, got Y` each. */
  readonly mismatches: readonly string[];
  /** What the router had in force, and what it tracked, just after. */
  readonly rules: string;
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
