/** A table of streams without a session: what is said over control is only noted. */
import type { ControlMessage } from '../../../../src/tunnel/session/control/control-message.ts';
import {
  createStreamTable,
  type StreamsOptions,
  type StreamTable,
} from '../../../../src/tunnel/session/stream/stream-table.ts';

export interface NotedTable {
  readonly table: StreamTable;
  readonly said: readonly ControlMessage[];
}

export function createNotedTable(isInitiator: boolean): NotedTable {
  const said: ControlMessage[] = [];
  const options: Partial<StreamsOptions> = { isInitiator, say: (message) => said.push(message) };
  return { table: createStreamTable(options as StreamsOptions), said };
}
