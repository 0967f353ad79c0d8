/** How both sides of a stream come to go on over a new native stream: the side that has opened it asks, the other one answers. */
import { TunnelStreamError } from '../../errors.ts';
import type { ControlMessage } from '../control/control-message.ts';
import { type Opened, opener, resumeStream, type StreamTable } from './stream-table.ts';

type Of<Kind extends ControlMessage['kind']> = Extract<ControlMessage, { kind: Kind }>;

/**
 * The path has changed: each stream goes on over the new one. The peer resumes those that it has opened, unless it does not know
 * yet that they were accepted: then it does so when it hears that they are stalled. One that it has resumed is of another epoch.
 */
export function resumeAll(table: StreamTable): void {
  for (const [number, opened] of table.opened) {
    if (opened.isOwn) resumeStream(table, number, opened);
    else if (!opened.resumable.isComplete()) table.options.say({ kind: 'stalled', number, epoch: opened.epoch });
  }
}

/** Takes the messages that are about native streams. */
export function hearResuming(table: StreamTable, message: Of<'resume' | 'resumed' | 'stalled' | 'gone'>): void {
  const { number } = message;
  const opened = table.opened.get(number);
  if (message.kind === 'gone') {
    // The peer may have closed it in good order, and said so before.
    if (!opened?.resumable.isComplete()) {
      opened?.resumable.fail(new TunnelStreamError('lost', 'the peer no longer has the stream'));
    }
    return;
  }
  if (!opened || opened.resumable.isComplete()) {
    if (message.kind !== 'resumed') table.options.say({ kind: 'gone', number });
    return;
  }
  const { isOwn, epoch } = opened;
  if (message.kind === 'resume' && !isOwn && message.epoch > epoch) answer(table, opened, message);
  if (message.kind === 'resumed' && isOwn && message.epoch === epoch) goOn(table, opened, message);
  if (message.kind === 'stalled' && isOwn && message.epoch === epoch) resumeStream(table, number, opened);
}

function answer(table: StreamTable, opened: Opened, message: Of<'resume'>): void {
  const { number, epoch } = message;
  const received = opened.resumable.detach();
  opened.leg.raw.destroy();
  opened.leg = table.options.routes.createLeg();
  opened.epoch = epoch;
  table.options.say({ kind: 'resumed', number, epoch, id: opened.leg.id, received });
  connect(table, opened, message, received);
}

function goOn(table: StreamTable, opened: Opened, message: Of<'resumed'>): void {
  connect(table, opened, message, opened.resumable.detach());
}

function connect(table: StreamTable, opened: Opened, message: Of<'resume' | 'resumed'>, received: number): void {
  const progress = received + message.received;
  if (progress !== opened.progress) opened.idleLosses = 0;
  opened.progress = progress;
  opened.leg.connect(message.id);
  opened.resumable.attach(opener(table, message.number, opened), message.received);
}
