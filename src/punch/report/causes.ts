/**
 * Why two peers that were introduced have not got through to each other: every cause that can be told, with what it is told
 * by and what is said of it. The first that fits is the one. docs/punch.md shows the table.
 */
import { formatEndpoint } from '../../endpoint.ts';
import { mappedBetween } from '../attempt/candidates/told-candidates.ts';
import { formatOdds } from '../attempt/plan-text.ts';
import { haveNoFamilyInCommon, type NoPathFacts, refusalsIn, undetectedSides, untoldSides } from './facts.ts';
import { relaysOf, withRelays } from './relays.ts';

export interface Cause {
  readonly name: string;
  /** What it is told by, in words. */
  readonly seen: string;
  readonly isIt: (facts: NoPathFacts) => boolean;
  readonly sentence: (facts: NoPathFacts) => string;
}

export const CAUSES: readonly Cause[] = [
  {
    name: 'no-way-out',
    seen: 'this side has no socket and no relay left to check from',
    isIt: ({ reason }) => reason === 'no-local-candidates',
    sentence: ({ id }) => `${id} has no way out any more: its UDP does not reach the server, and its relay is lost`,
  },
  {
    name: 'send-refused',
    seen: 'the system, or the relay, has refused to send on every pair',
    isIt: ({ reason }) => reason === 'send-refused',
    sentence: (facts) =>
      `every packet toward ${facts.introduction.peer} was refused before it left ${facts.id}, ${refusalsIn(facts)}`,
  },
  {
    name: 'no-common-family',
    seen: 'one side has told of IPv4 addresses alone, the other of IPv6 addresses alone',
    isIt: haveNoFamilyInCommon,
    sentence: ({ plan }) => plan.text,
  },
  {
    name: 'refused-by-peer',
    seen: 'the peer has answered checks, with errors',
    isIt: ({ reason }) => reason === 'refused-by-peer',
    sentence: ({ introduction: { peer } }) => `${peer} answers with errors: it does not take part in this session`,
  },
  {
    name: 'router-restarted',
    seen: 'since the introduction the server, or the peer, has said that one of the two sockets has another public port',
    isIt: ({ moved }) => moved.own || moved.peer,
    sentence: ({ id, moved, introduction: { peer } }) => {
      const whose = [...(moved.own ? [id] : []), ...(moved.peer ? [peer] : [])].join(' and that of ');
      return `the router of ${whose} has given the socket another port during the attempt, as when it restarts: another attempt finds it there`;
    },
  },
  {
    name: 'not-nominated',
    seen: 'a check was answered, but no pair was nominated',
    isIt: ({ isAnswered }) => isAnswered,
    sentence: ({ introduction: { peer, role } }) =>
      role === 'controlled'
        ? `${peer} answers, but has not chosen a path in time, which is its part`
        : `${peer} has answered, but not any more when a path was to be chosen`,
  },
  {
    name: 'not-answered',
    seen: 'checks of the peer have come in, and none of this side was answered, although a path was to be hoped for',
    isIt: (facts) => facts.isHeard && !(facts.plan.technique === 'relay' && relaysOf(facts).length === 0),
    sentence: (facts) => {
      const { id, introduction, refusals } = facts;
      const { peer } = introduction;
      const lost = `they are dropped on the way to ${peer}, or the answers on the way back`;
      const why = refusals.length === 0 ? lost : `some were refused before they left, ${refusalsIn(facts)}`;
      return `packets from ${peer} come in, but none that ${id} sends is answered: ${why}`;
    },
  },
  {
    name: 'ports-untold',
    seen: 'the plan is `port-prediction`, and a side whose ports are to be predicted has told none',
    isIt: (facts) => facts.plan.technique === 'port-prediction' && untoldSides(facts).length > 0,
    sentence: (facts) =>
      withRelays(
        facts,
        `the next port of ${untoldSides(facts).join(' and that of ')} was to be predicted, but was not told in time: the server was lost, or did not answer the socket that shows the port`,
      ),
  },
  {
    name: 'nowhere-to-send',
    seen: 'the peer has told of no endpoint that this side may send to',
    isIt: ({ reason }) => reason === 'no-remote-candidates',
    sentence: ({ id, introduction: { peer, endpoint } }) =>
      `${peer} is at ${formatEndpoint(endpoint)}, which is in no network that ${id} is in: nothing was sent there`,
  },
  {
    name: 'needs-relay',
    seen: 'the plan says that no direct path can be opened',
    isIt: ({ plan }) => plan.technique === 'relay' || plan.probability === 0,
    sentence: (facts) => withRelays(facts, facts.plan.text),
  },
  {
    name: 'no-hairpinning',
    seen: 'the server has seen both sides at one address',
    isIt: ({ introduction: { own, endpoint } }) => own.address === endpoint.address,
    sentence: (facts) => {
      const { peer, own } = facts.introduction;
      const who = `${facts.id} and ${peer} share the public address ${own.address}`;
      const cause = `${who}, and reach each other neither at their own addresses nor through that one (no hairpinning)`;
      return withRelays(facts, `${cause}: they need a network that does not keep them apart`);
    },
  },
  {
    name: 'mapped-port-silent',
    seen: 'a router has mapped a port to one side',
    isIt: ({ told, introduction }) => mappedBetween(told.candidates, introduction).length > 0,
    sentence: (facts) => {
      const at = mappedBetween(facts.told.candidates, facts.introduction).map(formatEndpoint).join(' and ');
      const cause = `nothing from ${facts.introduction.peer} came in, although a router has mapped ${at}`;
      return withRelays(facts, `${cause}: the mapping leads nowhere, or a firewall drops UDP between the two`);
    },
  },
  {
    name: 'birthday-missed',
    seen: 'the plan is `birthday`, and nothing has come in',
    isIt: ({ plan }) => plan.technique === 'birthday' && plan.probability !== null,
    sentence: (facts) => {
      const odds = formatOdds(facts.plan.probability ?? 0);
      const cause = `the birthday attempt met no port, with a ${odds} chance of a match if nothing is lost`;
      const why =
        'bad luck, packets that were lost, a router that has restarted, a firewall that drops UDP between the two, or a NAT that does not do what was detected';
      return withRelays(facts, `${cause}: ${why}`);
    },
  },
  {
    name: 'prediction-missed',
    seen: 'the plan is `port-prediction`, the ports were told, and nothing has come in',
    isIt: ({ plan }) => plan.technique === 'port-prediction' && plan.probability !== null,
    sentence: (facts) =>
      withRelays(
        facts,
        'nothing came in at the predicted ports: others took them, packets were lost, or what the two had to tell each other, a router has restarted, a NAT does not count as was detected, or a firewall drops UDP between the two',
      ),
  },
  {
    name: 'nat-unknown',
    seen: 'nothing has come in, and what a NAT does was not detected',
    isIt: (facts) => undetectedSides(facts).length > 0,
    sentence: (facts) => {
      const whose = undetectedSides(facts).join(' and that of ');
      const cause = `nothing from ${facts.introduction.peer} came in, and why is unknown, as the NAT of ${whose} was not detected`;
      return withRelays(facts, `${cause}: natcheck detect, run there, tells what it does`);
    },
  },
  {
    name: 'firewall',
    seen: 'nothing has come in, although the pair opens by what is known of both sides',
    isIt: ({ plan }) => plan.probability !== null,
    sentence: (facts) => {
      const cause = `nothing from ${facts.introduction.peer} came in, although it should have, by what is known of both sides`;
      return withRelays(
        facts,
        `${cause}: a firewall on one side or the other drops UDP between peers, or a router has restarted`,
      );
    },
  },
  {
    name: 'unknown',
    seen: 'nothing of all that',
    isIt: () => true,
    sentence: (facts) => {
      const cause = `nothing from ${facts.introduction.peer} came in, and why is unknown`;
      return withRelays(facts, `${cause}: natcheck detect, run on both sides, tells what their NATs do`);
    },
  },
];
