/** What `expose` and `forward` have in common on the command line, and the one id that both know. */

/** The label of the one id in the room of a code that both sides know: that of the side that exposes. */
export const EXPOSE_LABEL = 'expose';

export const VERBOSE_OPTION = {
  verbose: { type: 'boolean', describe: 'Say of each connection when it begins and ends' },
} as const;
