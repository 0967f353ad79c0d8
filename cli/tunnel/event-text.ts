/** What happens to a tunnel, in words. */
import { PUNCH_FAILURES, type PunchFailure } from '../../src/punch/report/report.ts';
import type { LinkEnd, LinkEvent } from '../../src/tunnel/link/link.ts';

/**
 * Returns one line that still has to be made visible; null for what needs no words.
 * @param options.isNamed whether ids are names that people know.
 * @param options.isConnected whether this side was connected to somebody before.
 */
export function eventText(
  event: LinkEvent,
  { isNamed, isConnected }: { readonly isNamed: boolean; readonly isConnected: boolean },
): string | null {
  const peer = 'peer' in event && isNamed ? event.peer : 'the other side';
  switch (event.kind) {
    case 'ready':
    case 'connecting':
      return null;
    case 'notice':
      return event.text;
    case 'stranger':
      return isNamed ? strangerText(event.peer) : otherText(isConnected);
    case 'unanswered':
      return unansweredText(event.peers);
    case 'connected':
      return connectedText(event, peer);
    case 'path':
      return event.path === 'direct'
        ? `the path to ${peer} is direct now`
        : `the path to ${peer} goes through a relay now`;
    case 'lost':
      return `the path to ${peer} seems lost (${event.detail}): opening another one`;
    case 'attempt-failed':
      return `${peer} was not reached: ${event.detail}`;
    case 'ended':
      return `the connection to ${peer} has ended: ${event.detail}`;
  }
}

function strangerText(id: string): string {
  return `${id} asks for this side, but is not who is waited for: is one of the ids mistyped?`;
}

function unansweredText(peers: number): string {
  if (peers === 1)
    return 'somebody else with this code is there, but does not ask for this side: is it connected to another one, or does another command run there?';
  return `${peers} others with this code are there, and do not ask for this side: they are connected to each other, it seems; waiting for one more`;
}

function otherText(isConnected: boolean): string {
  if (isConnected) return 'somebody else with this code asks for this side, which is connected already';
  return 'somebody with this code asks for this side, but with the wrong command: natcheck pipe goes with natcheck pipe, and natcheck forward with natcheck expose';
}

function connectedText(
  { path, fingerprint, outageMs }: Extract<LinkEvent, { readonly kind: 'connected' }>,
  peer: string,
): string {
  const how = path === 'direct' ? 'directly' : 'through a relay';
  if (outageMs !== null)
    return `connected to ${peer} again after ${(outageMs / 1000).toFixed(1)} s, ${how}: everything goes on`;
  if (fingerprint === null) return `connected to ${peer} ${how}, encrypted end to end`;
  return `connected to ${peer} ${how}; fingerprint ${fingerprint}: compare it with the other side's, since without a code the server is trusted otherwise`;
}

/** Says why nobody is connected to any more; null where this side has ended it. @param isNamed whether ids are names that people know. */
export function endText(end: LinkEnd, isNamed: boolean): string | null {
  switch (end.reason) {
    case 'rendezvous-refused':
      // Of a code, only the side that exposes has an id that another process could have too.
      if (!isNamed && end.detail?.startsWith('id-in-use'))
        return 'natcheck expose runs with this code already, here or elsewhere: end that one, or take another code for this one';
      return textOf(end);
    case 'own-end':
      return null;
    case 'broken':
      return 'a bug has ended it';
    case 'peer-left':
    case 'not-authenticated':
      return end.detail;
    default:
      return textOf(end);
  }
}

function textOf({ reason, detail }: { readonly reason: PunchFailure; readonly detail: string | null }): string {
  return detail === null ? PUNCH_FAILURES[reason] : `${PUNCH_FAILURES[reason]}: ${detail}`;
}
