/** Logs what becomes of each connection to the rendezvous, by its number: names of rooms and peers are their users' own. */
import type { ServerLog } from '../operations/log.ts';
import type { ConnectionOutput } from './decisions/input-output.ts';

export interface EventLog {
  readonly opened: (connection: number, from: string) => void;
  readonly closed: (connection: number) => void;
  /** The peer is cut off, since it does not read what is sent to it. */
  readonly slow: (connection: number) => void;
  /** Takes what the rendezvous wants done. */
  readonly output: (output: ConnectionOutput) => void;
}

export function createEventLog(log: ServerLog): EventLog {
  return {
    opened: (connection, from) => log('debug', 'connected', { connection, from }),
    closed: (connection) => log('debug', 'disconnected', { connection }),
    // There is no room for a close frame either.
    slow: (connection) => log('debug', 'closed', { connection, reason: 'slow-reader' }),
    output: (output) => {
      const { connection } = output;
      if (output.kind === 'close') log('debug', 'closed', { connection, code: output.code, reason: output.reason });
      if (output.kind !== 'send') return;
      const { message } = output;
      if (message.type === 'joined') log('debug', 'joined', { connection, resumed: message.resumed });
      if (message.type === 'introduction') log('debug', 'introduced', { connection });
      if (message.type === 'error')
        log('debug', 'refused', { service: 'rendezvous', connection, reason: message.code });
    },
  };
}
