/** How a pipe ends, in numbers and in a sentence. */

/** The bytes of a pipe. `confirmed` are those of `sent` that the other side is known to have written. */
export interface PipeCounts {
  readonly sent: number;
  readonly confirmed: number;
  readonly received: number;
}

export type PipeOutcome = PipeCounts &
  (
    | { readonly outcome: 'complete' }
    /** Nobody reads what comes out here any more, as with `| head`. */
    | { readonly outcome: 'stopped' }
    /** The tunnel has ended before the pipe was open: neither the input nor the output has been touched. */
    | { readonly outcome: 'not-begun' }
    /** Something was lost; `detail` is a sentence. */
    | { readonly outcome: 'failed'; readonly detail: string }
  );

/** Says what was lost, after what has ended the pipe. */
export function explainLoss(cause: string, counts: PipeCounts & { readonly hasEnded: boolean }): string {
  const { sent, confirmed, received, hasEnded } = counts;
  const lost = [
    ...(sent > confirmed
      ? [`${bytes(sent - confirmed)} of yours ${sent - confirmed === 1 ? 'was' : 'were'} not confirmed`]
      : []),
    ...(hasEnded ? [] : [`the peer's stream broke off after ${bytes(received)}`]),
  ];
  return lost.length === 0 ? `${cause}; its last word did not come` : `${cause}: ${lost.join(', and ')}`;
}

function bytes(count: number): string {
  return `${count.toLocaleString('en')} byte${count === 1 ? '' : 's'}`;
}
