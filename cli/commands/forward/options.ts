/** What `expose` and `forward` have in common on the command line, and the one id that both know. */

import { GROUPS, grouped } from '../../command.ts';

/** The label of the one id in the room of a code that both sides know: that of the side that exposes. */
export const EXPOSE_LABEL = 'expose';

export const VERBOSE_OPTION = grouped(GROUPS.output, {
  verbose: { type: 'boolean', describe: 'Print a line when a connection begins, and one when it ends' },
});
