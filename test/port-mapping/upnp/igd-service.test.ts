import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { igdServicesOf, PINHOLE_TYPE, PORT_MAPPING_TYPE } from '../../../src/port-mapping/upnp/igd-service.ts';

const LOCATION = { url: new URL('http://10.115.0.254:44355/rootDesc.xml'), address: '10.115.0.254' };
const recorded = (name: string): string => readFileSync(new URL(`recorded/${name}.xml`, import.meta.url), 'utf8');
const service = (type: string, control: string): string =>
  `<s:service >\n<s:serviceType> urn:schemas-upnp-org:service:${type} </s:serviceType><s:controlURL>${control}</s:controlURL></s:service>`;
const told = (xml: string, type = PORT_MAPPING_TYPE): readonly (readonly string[])[] =>
  igdServicesOf(xml, { location: LOCATION, type }).map(({ type, controlUrl }) => [
    type.split(':').slice(-2).join(':'),
    controlUrl.href,
  ]);

describe('of a description', () => {
  it.each([
    ['miniupnpd-igd1', 'WANIPConnection:1'],
    ['miniupnpd-igd2', 'WANIPConnection:2'],
  ])('%s the connection is found', (name, type) => {
    expect(told(recorded(name))).toEqual([[type, 'http://10.115.0.254:44355/ctl/IPConn']]);
  });

  it('of version 2 the control of the IPv6 firewall is found, and of version 1 none', () => {
    expect(told(recorded('miniupnpd-igd2'), PINHOLE_TYPE)).toEqual([
      ['WANIPv6FirewallControl:1', 'http://10.115.0.254:44355/ctl/IP6FCtl'],
    ]);
    expect(told(recorded('miniupnpd-igd1'), PINHOLE_TYPE)).toEqual([]);
  });

  it('prefixes, spaces and entities are read, and both kinds of connection', () => {
    const xml = `<URLBase>http://10.115.0.254:80/</URLBase>${service('WANPPPConnection:1', '/a?b=1&amp;c=2')}${service('WANIPConnection:1', 'up')}`;
    expect(told(xml)).toEqual([
      ['WANPPPConnection:1', 'http://10.115.0.254/a?b=1&c=2'],
      ['WANIPConnection:1', 'http://10.115.0.254/up'],
    ]);
  });

  it.each([
    ['of another kind', service('WANIPv6FirewallControl:1', '/x')],
    ['without a place', service('WANIPConnection:1', '')],
    ['at another host', service('WANIPConnection:1', 'http://10.115.0.2/x')],
    ['of no http', service('WANIPConnection:1', 'ftp://10.115.0.254/x')],
    ['without an end', '<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>'],
  ])('a service %s is none', (_name, xml) => {
    expect(told(xml)).toEqual([]);
  });

  it('nothing is thrown, and little time taken, whatever the text', () => {
    const part = fc.constantFrom(
      '<service>',
      '</service>',
      '<serviceType',
      '>',
      '<controlURL>',
      '&amp;',
      '<',
      ' ',
      'x:',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string()), { maxLength: 60 }), (parts) => {
        told(parts.join(''));
      }),
    );
    told('<service>'.repeat(14_000));
    told(`<service ${' '.repeat(120_000)}`);
  });
});
