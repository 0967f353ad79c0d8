/** Drives the session of a path on real sockets, from its start to its end. */
import type { IceEvent } from '../../ice/event.ts';
import { type Driver, now, startDriver } from '../../net/driver.ts';
import { pause } from '../../net/waits.ts';
import type { EventOutput } from '../../session.ts';
import { leavesByRelay } from '../attempt/outcome/endpoints-in-use.ts';
import type { PathRequest, PathSession } from '../attempt/path-session.ts';
import type { PeerSignal } from '../attempt/peer-signal.ts';
import { become, deliver, endPath, followEvent, noteEvent, type PathRecord } from './record.ts';

export interface PathOwner {
  readonly onEvent: (event: IceEvent) => void;
  /** Called with what the peer is to be told. */
  readonly onTell?: (signal: PeerSignal) => void;
}

/** Drives the session of the path from now on. */
export function drive(record: PathRecord, owner: PathOwner): Driver<'closed'> {
  const { session, opened } = record;
  const { onEvent, onTell = () => {} } = owner;
  const open = async (name: string): Promise<void> => {
    const socket = await opened.open(name);
    if (socket) driver.addSocket(name, socket);
    driver.wake(() => session.handleOpened?.(now(), name, socket?.local ?? null));
  };
  const obey = (output: EventOutput<IceEvent> | PathRequest): void => {
    switch (output.kind) {
      case 'event':
        noteEvent(record, output.event);
        onEvent(output.event);
        followEvent(record, output.event);
        break;
      case 'open':
        void open(output.socket);
        break;
      case 'close':
        opened.close(output.socket);
        break;
      case 'tell':
        onTell(output.signal);
        break;
    }
  };
  const handleDatagram: PathSession['handleDatagram'] = (at, arrival) => {
    const kind = session.handleDatagram(at, arrival);
    if (kind === 'peer') deliver(record, arrival.bytes);
    return kind;
  };
  const driver = startDriver({ session: { ...session, handleDatagram }, sockets: record.sockets, onOutput: obey });
  driver.result.then(
    () => record.settled.resolve(),
    (error: unknown) => breakOff(record, error),
  );
  return driver;
}

function breakOff(record: PathRecord, error: unknown): void {
  endPath(record, { reason: 'broken', error, at: now() });
  record.settled.resolve();
  // If there are two errors, disposal throws the first one.
  try {
    become(record, 'lost');
  } catch {}
}

/** Ends the path at once if it goes through the relay, since there is then no way left to tell the peer. */
export function loseRelay(record: PathRecord, driver: Driver<'closed'>): void {
  const pair = record.end ? null : record.session.selected();
  if (!pair || !leavesByRelay(pair)) return;
  endPath(record, { reason: 'relay-lost', at: now() });
  driver.wake(() => {
    record.session.close();
    become(record, 'lost');
  });
}

/** Tells the peer that the path ends, once it needs no more answers, and closes the sockets that the session has asked for. */
export async function leave(record: PathRecord, driver: Driver<'closed'>): Promise<void> {
  endPath(record, { reason: 'own-end', at: now() });
  await settle(record);
  try {
    driver.wake(() => record.session.leave(now()));
    await driver.result;
  } finally {
    await record.opened[Symbol.asyncDispose]();
  }
}

/** Ends the path without a word to the peer, and closes the sockets that the session has asked for. */
export async function giveUp(record: PathRecord, driver: Driver<'closed'>): Promise<void> {
  endPath(record, { reason: 'own-end', at: now() });
  try {
    driver.wake(() => record.session.close());
    await driver.result;
  } finally {
    await record.opened[Symbol.asyncDispose]();
  }
}

/** Resolves when the peer no longer needs this side's answers. */
async function settle({ settled, answersUntil }: PathRecord): Promise<void> {
  if (answersUntil <= now()) return;
  const over = new AbortController();
  await Promise.race([settled.promise, pause(answersUntil - now(), over.signal)]).finally(() => over.abort());
}
