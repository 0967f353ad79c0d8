/** What reads bytes and texts of strangers, and keeps nothing: STUN, TURN's framing, signals, NAT-PMP, SSDP, XML. */
import { scopeOf } from '../../../src/address-scope.ts';
import { familyOf } from '../../../src/endpoint.ts';
import { parseCandidate } from '../../../src/ice/candidates/sdp.ts';
import { wanAddress } from '../../../src/port-mapping/router.ts';
import { igdServicesOf, PINHOLE_TYPE, PORT_MAPPING_TYPE } from '../../../src/port-mapping/upnp/igd-service.ts';
import { believedLocation } from '../../../src/port-mapping/upnp/ssdp.ts';
import { textOf } from '../../../src/port-mapping/upnp/xml.ts';
import { parsePeerSignal } from '../../../src/punch/attempt/peer-signal.ts';
import { clientMessage } from '../../../src/rendezvous/protocol/client-message.ts';
import { parseMessage } from '../../../src/rendezvous/protocol/parse.ts';
import { serverMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import { decode } from '../../../src/stun/decode.ts';
import { createStreamReader } from '../../../src/turn/wire/stream.ts';
import { mutate } from '../../stun/corpus.ts';
import { jsonOf, linesOf, stunOf, textsOf } from '../corpus.ts';
import { damagedJson, damagedText } from '../json.ts';
import { candidateLine, clientMessageOf, serverMessageOf, signal } from '../messages.ts';
import { anyMessage, damaged } from '../stun.ts';
import { hold, type Target } from '../target.ts';
import { address, chance } from '../values.ts';

/** Inputs of one run, where no state lasts longer. */
const INPUTS = 50;

const STUN = stunOf();
export const stunTarget: Target = {
  name: 'STUN messages',
  weight: 20,
  run: (random, feed) => {
    for (let count = 0; count < INPUTS; count++) {
      const input = chance(random, 0.6)
        ? mutate(random.pick(STUN), random.integer)
        : damaged(random, anyMessage(random));
      feed(() => void decode(input));
    }
  },
};

export const streamTarget: Target = {
  name: 'TURN over TCP',
  weight: 5,
  run: (random, feed) => {
    const reader = createStreamReader();
    for (let count = 0; count < INPUTS; count++) {
      const bytes = damaged(random, random.pick(STUN), 0.1);
      const input = bytes.subarray(0, chance(random, 0.8) ? bytes.length : random.integer(bytes.length));
      feed(() => void reader.push(input));
    }
  },
};

const MESSAGES = jsonOf('rendezvous');
export const messageTarget: Target = {
  name: 'rendezvous messages',
  weight: 10,
  run: (random, feed) => {
    for (let count = 0; count < INPUTS; count++) {
      const known = chance(random, 0.2) ? random.pick(MESSAGES) : null;
      const input = damagedJson(random, known ?? serverMessageOf(random), known ? 0.9 : 0.5);
      const asked = damagedJson(random, clientMessageOf(random));
      feed(() => void parseMessage(serverMessage, input));
      feed(() => void parseMessage(clientMessage, asked));
    }
    const whole = serverMessageOf(random);
    const parsed = parseMessage(serverMessage, JSON.stringify(whole));
    hold(parsed.ok, `the schema refuses what was made for it: ${JSON.stringify(whole)}`);
  },
};

const SIGNALS = linesOf('signals');
export const signalTarget: Target = {
  name: 'peer signals',
  weight: 10,
  run: (random, feed) => {
    for (let count = 0; count < INPUTS; count++) {
      const input = damagedText(random, chance(random, 0.3) ? random.pick(SIGNALS) : signal(random));
      const line = chance(random, 0.5) ? candidateLine(random) : damagedText(random, candidateLine(random));
      feed(() => {
        const told = parsePeerSignal(input);
        if (told?.type === 'address') scopeOf(told.address);
        const ports = told?.type === 'moved' ? [told.port] : told?.type === 'ports' ? told.ports : [];
        hold(told?.type !== 'candidates' || told.candidates.length <= 8, 'more candidates than a signal may tell');
        hold(
          ports.every((one) => Number.isInteger(one) && one > 0 && one < 65_536),
          'not a port',
        );
      });
      feed(() => {
        const parsed = parseCandidate(line);
        if (parsed.kind === 'candidate') familyOf(parsed.candidate.endpoint.address);
      });
    }
  },
};

const SSDP = textsOf('ssdp');
export const ssdpTarget: Target = {
  name: 'SSDP',
  weight: 5,
  run: (random, feed) => {
    for (let count = 0; count < INPUTS; count++) {
      const input = damagedText(random, random.pick(SSDP));
      const from = chance(random, 0.8) ? '192.168.1.1' : address(random);
      feed(() => {
        const location = believedLocation(input, { from, local: '192.168.1.10' });
        hold(location === null || location.hostname === from, `${location} is not of ${from}`);
      });
    }
  },
};

const XML = textsOf('upnp');
const LOCATION = { url: new URL('http://192.168.1.1:5000/rootDesc.xml'), address: '192.168.1.1' };
export const xmlTarget: Target = {
  name: 'UPnP XML',
  weight: 5,
  run: (random, feed) => {
    let input: string = random.pick(XML);
    for (let count = 0; count < INPUTS; count++) {
      input = chance(random, 0.2) ? random.pick(XML) : damagedText(random, input);
      feed(() => {
        const type = random.pick([PORT_MAPPING_TYPE, PINHOLE_TYPE]);
        const services = igdServicesOf(input, { location: LOCATION, type });
        const elsewhere = services.filter(({ controlUrl }) => controlUrl.hostname !== LOCATION.url.hostname);
        hold(elsewhere.length === 0 && services.length <= 4, 'another host is to be called, or too many');
        wanAddress(textOf(input, 'NewExternalIPAddress'));
        textOf(input, 'errorCode');
      });
    }
  },
};
