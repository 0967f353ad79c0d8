/** The lines of the log: text and JSON, levels, and the addresses that are left out. */
import { describe, expect, it } from 'vitest';
import { createLog, type LogOptions } from '../../../server/operations/log.ts';

const AT = '2026-01-02T03:04:05.678Z';

function createTestLog(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = createLog({
    level: 'info',
    format: 'text',
    addresses: false,
    timestamp: () => AT,
    write,
    ...options,
  });
  return { log, lines };
}

describe('a line of text', () => {
  it('has the time, the level, the event, its fields, and its sentence', () => {
    const { log, lines } = createTestLog();
    log('info', 'refused', { service: 'tcp', reason: 'source-full', times: 3 });
    log('warn', 'no-tls', { message: 'there is no TLS' });
    log('info', 'ready', { udp: ['127.0.0.1:1', '[::1]:2'], tcp: undefined, name: 'a "b" c' });
    expect(lines).toEqual([
      `${AT} info  refused service=tcp reason=source-full times=3\n`,
      `${AT} warn  no-tls: there is no TLS\n`,
      `${AT} info  ready udp=127.0.0.1:1,[::1]:2 name="a \\"b\\" c"\n`,
    ]);
  });

  it('is one line, whatever a stranger has said', () => {
    const { log, lines } = createTestLog();
    log('error', 'odd', { reason: 'a\nb\u001b[2J', message: 'c\nd\u202e' });
    expect(lines).toEqual([`${AT} error odd reason="a\\nb\\u001b[2J": c\\u000ad\\u202e\n`]);
  });
});

describe('a line of JSON', () => {
  it('is one object', () => {
    const { log, lines } = createTestLog({ format: 'json' });
    log('info', 'ready', { udp: ['127.0.0.1:1'], secure: false, message: 'a\u202eb' });
    expect(lines).toEqual([
      `{"time":"${AT}","level":"info","event":"ready","udp":["127.0.0.1:1"],"secure":false,"message":"a\\u202eb"}\n`,
    ]);
  });
});

describe('what is left out', () => {
  it.each([
    ['error', ['error']],
    ['warn', ['error', 'warn']],
    ['info', ['error', 'warn', 'info']],
    ['debug', ['error', 'warn', 'info', 'debug']],
  ] as const)('at %s: everything but %j', (level, told) => {
    const { log, lines } = createTestLog({ level, format: 'json' });
    for (const each of ['debug', 'info', 'warn', 'error'] as const) log(each, 'event');
    expect(lines.map((line) => JSON.parse(line).level).toReversed()).toEqual(told);
  });

  it.each([
    [false, `${AT} info  connected connection=1\n`],
    [true, `${AT} info  connected connection=1 from=192.0.2.1\n`],
  ])('addresses, unless they are wanted: %s', (addresses, line) => {
    const { log, lines } = createTestLog({ addresses });
    log('info', 'connected', { connection: 1, from: '192.0.2.1' });
    expect(lines).toEqual([line]);
  });
});
