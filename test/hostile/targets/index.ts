/** Everything that strangers, peers, servers, routers and relays are heard by. */
import type { Target } from '../target.ts';
import { attemptTarget } from './attempt.ts';
import { brokerMeetingTarget } from './broker-meeting.ts';
import { codeTarget, sealTarget } from './code.ts';
import { messageTarget, signalTarget, ssdpTarget, streamTarget, stunTarget, xmlTarget } from './codec.ts';
import { detectTarget } from './detection.ts';
import { introductionsTarget } from './introductions.ts';
import { partnerTarget } from './partner.ts';
import { relayTarget } from './relay.ts';
import { rendezvousTarget } from './rendezvous-server.ts';
import { natPmpTarget, pcpTarget, ticketTarget } from './sessions.ts';
import { responderTarget } from './stun-server.ts';
import { handshakeTarget, tunnelTarget } from './tunnel.ts';
import { turnClientTarget } from './turn-client.ts';

export const TARGETS: readonly Target[] = [
  attemptTarget,
  introductionsTarget,
  brokerMeetingTarget,
  messageTarget,
  signalTarget,
  ticketTarget,
  detectTarget,
  turnClientTarget,
  streamTarget,
  stunTarget,
  responderTarget,
  partnerTarget,
  relayTarget,
  rendezvousTarget,
  xmlTarget,
  ssdpTarget,
  natPmpTarget,
  pcpTarget,
  codeTarget,
  sealTarget,
  handshakeTarget,
  tunnelTarget,
];
