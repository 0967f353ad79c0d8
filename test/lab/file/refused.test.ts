/** What is wrong with a lab file is told exactly, and where. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { labFileSchema } from '../../../lab/file/schema.ts';
import { linesFor } from './lines-for.ts';

const isRight = new Ajv2020({ strict: false, unicodeRegExp: true }).compile(labFileSchema());

/** A file that is right but for the last lines. */
const withLines = (lines: string): string => `sides: { command: x }\nsuccess: { exit: 0 }\n${lines}`;
const withSides = (sides: string): string => `success: { exit: 0 }\nsides: ${sides}`;
const withSuccess = (success: string): string => `sides: { command: x }\nsuccess: ${success}`;

const BY_SCHEMA: readonly (readonly [text: string, ...lines: string[]])[] = [
  ['- a', 'f:1:1: this takes a mapping, not a list'],
  ['{}', 'f:1:1: sides: this key is needed', 'f:1:1: success: this key is needed'],
  [withLines('schema: natcheck.lab-file/2'), 'f:3:9: schema: this has to be natcheck.lab-file/1'],
  [withLines('pairs-at-once: 0'), 'f:3:16: pairs-at-once: this number has to be 1 at least'],
  [withLines('setup:'), 'f:3:7: setup: this takes a mapping, not nothing'],
  [withLines('nats: []'), 'f:3:7: nats: this list is empty'],
  [withLines('nats: 3'), 'f:3:7: nats: this takes text, a list or a mapping, not 3'],
  [withLines('nats: { rows: open }'), 'f:3:1: nats.columns: this key is needed'],
  [
    withLines('nats: [symmetric+nat6]'),
    'f:3:8: nats[0]: there is no access symmetric+nat6; did you mean symmetric+nat66?',
  ],
  [
    withLines('expect: drect'),
    'f:3:9: expect: this has to be one of arithmetic, direct, relayed, any-path, none, anything; did you mean direct?',
  ],
  [withLines('expect: { relay: 1 }'), 'f:3:18: expect.relay: this takes true or false, not 1'],
  [withLines('expect: { otherwise: none }'), 'f:3:9: expect: this takes either relay or a table'],
  [
    withLines('link: { rate: 3 Mb }'),
    'f:3:15: link.rate: a rate is a number with one of the units bit/s, kbit/s, Mbit/s, Gbit/s, such as 10Mbit/s',
  ],
  [
    withLines('faults: [{ after: 3s }]'),
    'f:3:10: faults[0]: a fault is one of loss, forget, renumber, reboot, cut, restore, kill, start',
  ],
  [withLines('faults: [{ after: 3s, loss: 5% }]'), 'f:3:10: faults[0]: loss needs side: whose packets are lost'],
  [
    withLines('faults: [{ after: 3s, cut: a, kill: r }]'),
    'f:3:31: faults[0].kill: cut and kill are two faults: write one entry for each',
  ],
  [withLines('faults: [{ after: 3, cut: a }]'), 'f:3:19: faults[0].after: this takes text or a mapping, not 3'],
  [
    withLines('public: { relay: { command: x, ready: {} } }'),
    'f:3:39: public.relay.ready: this takes either line or port',
  ],
  [withSides('{ command: [] }'), 'f:2:19: sides.command: this list is empty'],
  [withSides('{ command: { run: x } }'), 'f:2:19: sides.command: this takes text or a list, not a mapping'],
  [withSides('{ command: x, packages: [Nebula] }'), 'f:2:33: sides.packages[0]: this is no name of a Debian package'],
  [
    withSides('{ command: x, capabilities: [NETADMIN] }'),
    expect.stringMatching(/^f:2:37: sides\.capabilities\[0\]: this has to be one of .*; did you mean NET_ADMIN\?$/),
  ],
  [withSides('{ command: x, env: { A-B: c } }'), 'f:2:29: sides.env.A-B: this is no name of a variable'],
  [withSides('{ command: x, files: { etc: c } }'), 'f:2:31: sides.files.etc: a path in the container begins with /'],
  [withSides('{ command: x, c: {} }'), 'f:2:22: sides.c.nat: this key is needed'],
  [
    withSides('{ command: x, a: { nat: open } }'),
    'f:2:27: sides.a.nat: there is no such key here; there are packages, image, build, files, env, devices, capabilities, before, command',
  ],
  [withSuccess('{ exit: 256 }'), 'f:2:18: success.exit: this number has to be 255 at most'],
  [withSuccess('{ exit: 1.5 }'), 'f:2:18: success.exit: this takes a whole number, not 1.5'],
  [withSuccess('{ bytes: { amount: 1kB } }'), 'f:2:12: success.bytes.address: this key is needed'],
];

const BY_READER: readonly (readonly [text: string, ...lines: string[]])[] = [
  [withLines('nats: hard+nat66+nat66'), expect.stringMatching(/^f:3:7: nats: there is no access hard\+nat66\+nat66/)],
  [withLines('nats: [classic, symmetric]'), 'f:3:17: nats[1]: symmetric is there twice'],
  [
    withLines(
      'nats: { rows: open, columns: [open, { name: open, mapping: address-dependent, filtering: address-dependent }] }',
    ),
    'f:3:37: nats.columns[1]: open is there twice',
    'f:3:45: nats.columns[1].name: open is a name of the lab: give yours another one',
  ],
  [
    withLines('nats: [{ name: x, mapping: address-dependent, filtering: address-dependent, behind: carrier-grade }]'),
    'f:3:85: nats[0].behind: a carrier has one NAT without IPv6, and carrier-grade is not that',
  ],
  [
    withLines('expect: { table: { full-cone: none } }'),
    'f:3:20: expect.table.full-cone: a pair is written as row × column, such as "full-cone × symmetric"',
  ],
  [
    withLines('expect: { table: { open x symmetric: none } }'),
    'f:3:20: expect.table["open x symmetric"]: there is no row open; there are full-cone, restricted, port-restricted, symmetric',
  ],
  [
    withLines('nats: { rows: open, columns: classic }\nexpect: { table: { symmetric x open: none } }'),
    'f:4:20: expect.table["symmetric x open"]: rows come first: did you mean "open × symmetric"?',
  ],
  [
    withLines('link: { jitter: 1ms }'),
    'f:3:17: link.jitter: no packet can come before it was sent: jitter is at most latency',
  ],
  [withLines('link: { latency: 11s }'), 'f:3:18: link.latency: a time here is from 0s to 10s'],
  [
    withLines('faults: [{ after: 3s, kill: relay }]'),
    'f:3:29: faults[0].kill: there is no helper relay; there is none',
  ],
  [
    withLines('faults: [{ after: { line: x, of: c }, cut: c }]'),
    'f:3:34: faults[0].after.of: there is no side or helper c; there are a, b',
    'f:3:44: faults[0].cut: there is no side c; there are a, b',
  ],
  [
    withLines('public: { peer: { command: x } }'),
    'f:3:11: public.peer: no helper can have the name peer, which means something else in {{…}}',
  ],
  [
    withLines('public: { relay: { command: "{{own.name}}" } }'),
    'f:3:29: public.relay.command: a helper runs for all pairs, so {{own.name}} is not known to it',
  ],
  [
    withLines('setup: { command: "{{a.line:/x/}}" }'),
    'f:3:19: setup.command: setup waits for nobody: lines of others are for sides alone',
  ],
  [
    withSides('{ packages: [nebula], image: x, command: y }'),
    'f:2:30: sides.image: packages and image exclude each other',
  ],
  [
    withSides('{ packages: [nebula] }'),
    "f:2:8: sides: a command is needed: the lab's own image, with packages or without, has none of its own",
  ],
  [
    withSides('{ command: x, files: { /shared/a: b } }'),
    'f:2:31: sides.files["/shared/a"]: /shared is the folder that all containers share, which setup writes to',
  ],
  [
    withSides('{ command: "{{peer.addres}}" }'),
    'f:2:19: sides.command: there is no {{peer.addres}}; did you mean {{peer.address}}?',
  ],
  [withSides('{ command: "{{public.relay}}" }'), 'f:2:19: sides.command: there is no helper relay; there is none'],
  [withSides('{ command: "{{c.name}}" }'), 'f:2:19: sides.command: there is no side c; there are a, b'],
  [
    withSides('{ command: x, c: { nat: open, command: "{{peer.name}}" } }'),
    'f:2:47: sides.c.command: c has no peer: write {{a.name}} or {{b.name}}',
  ],
  [
    withSides('{ command: "{{peer.line:/x/}}" }'),
    'f:2:8: sides: these would wait for ever: a for a line of b and b for a line of a',
  ],
  [
    withSides('{ command: "{{own.line:/x/}}" }'),
    'f:2:19: sides.command: a would wait for a line of its own',
    'f:2:19: sides.command: b would wait for a line of its own',
  ],
  [
    withLines('faults: [{ after: 3s, loss: 60%, side: a }]'),
    'f:3:29: faults[0].loss: a router loses every n-th datagram, at most every second: write 50% at most, or cut',
  ],
  [
    withLines('pairs-at-once: 2\npublic: { relay: { command: x } }\nfaults: [{ after: 3s, kill: relay }]'),
    'f:3:16: pairs-at-once: a helper that is killed is there once, so pairs run one after the other: leave this out, or write 1',
  ],
  [
    withLines('pairs-at-once: 2').replace('command: x', 'command: x, c: { nat: open }'),
    'f:3:16: pairs-at-once: further peers are there once, so pairs run one after the other: leave this out, or write 1',
  ],
  [
    withLines('public: { relay: { command: x, restart: true } }\npairs-at-once: 2'),
    'f:4:16: pairs-at-once: a helper that restarts is there once, so pairs run one after the other: leave this out, or write 1',
  ],
  [withSuccess('{ within: 1s }'), 'f:2:10: success: at least one condition is needed: exit, line, json, port or bytes'],
  [withSuccess('{ c: { exit: 0 } }'), 'f:2:12: success.c: there is no side c; there are a, b'],
  [withSuccess('{ bytes: { from: b, address: x } }'), 'f:2:12: success.bytes.to: bytes go from one side to another'],
  [
    withSuccess('{ bytes: { address: x, after: { line: up, of: d } } }'),
    'f:2:56: success.bytes.after.of: there is no side or helper d; there are a, b',
  ],
  [
    withSuccess('{ within: 10s, bytes: { address: x, after: 10s } }'),
    'f:2:53: success.bytes.after: bytes would never be sent: all of it has to be done within 10 s',
  ],
  [withSuccess('{ line: /(/ }'), 'f:2:18: success.line: this is no regular expression: unterminated group'],
  [
    withSuccess('{ port: { to: "::1:80" } }'),
    'f:2:24: success.port.to: an endpoint is an address and a port, such as 10.42.0.2:5201 or [fd00::1]:5201',
  ],
  [
    withSuccess('{ json: { path: outcome, equals: 1 } }'),
    'f:2:26: success.json.path: a JSON path begins with $, such as $.outcome or $.peers[0].state',
  ],
];

describe('a lab file is refused', () => {
  it.each(BY_SCHEMA)('by reader and schema: %j', (text, ...lines) => {
    expect(linesFor(text)).toEqual(lines);
    expect(isRight(parse(text))).toBe(false);
  });

  it.each(BY_READER)('by the reader: %j', (text, ...lines) => {
    expect(linesFor(text)).toEqual(lines);
  });

  it('with twenty lines at most, and the number of the others', () => {
    const many = Array.from({ length: 25 }, (_, index) => `key${index}: 1`).join('\n');
    const lines = linesFor(withLines(many));
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('f: and 5 more like these');
  });

  it('without what a terminal would obey', () => {
    const text = 'sides: { command: x }\nsuccess: { exit: 0 }\n"\\e[31mred": "\\e]0;title"\nnats: "\\u202e"';
    expect(linesFor(text)).toEqual([
      expect.stringMatching(/^f:3:1: \["\\u001b\[31mred"\]: there is no such key here; /),
      expect.stringMatching(/^f:4:7: nats: there is no access \\u202e; there are classic, /),
    ]);
  });
});
