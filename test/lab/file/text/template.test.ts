import { expect, it } from 'vitest';
import { parsed } from '../../../../lab/file/text/parsed.ts';
import { parseTemplate } from '../../../../lab/file/text/template.ts';

it.each([
  ['', []],
  ['as it is }} { {', ['as it is }} { {']],
  [
    '{{server}} {{ server.alternate }}',
    [{ kind: 'server', which: 'primary' }, ' ', { kind: 'server', which: 'alternate' }],
  ],
  ['{{pair}}{{shared}}', [{ kind: 'pair' }, { kind: 'shared' }]],
  ['{{public.my-relay}}:80', [{ kind: 'helper', name: 'my-relay' }, ':80']],
  ['{{h.public6}}', [{ kind: 'side', of: 'h', what: 'public6' }]],
  ['x {{a.line:/t{2}}} [/}] (\\/\\S+)/i}} y', ['x ', { kind: 'line', of: 'a', pattern: /t{2}}} [/}] (\/\S+)/i }, ' y']],
  ['docker ps --format "{{{{.ID}}"', ['docker ps --format "{{.ID}}"']],
  ['{{{{{{pair}}', ['{{', { kind: 'pair' }]],
])('%j has its places', (text, template) => {
  expect(parseTemplate(text)).toEqual(parsed(template));
});

it.each([
  ['{{pair', '{{pair has no end; {{ as such is written {{{{'],
  ['{{peer.pubic}}', 'there is no {{peer.pubic}}; did you mean {{peer.public}}?'],
  ['{{own.nome}}', 'there is no {{own.nome}}; did you mean {{own.name}}?'],
  ['{{sever}}', 'there is no {{sever}}; did you mean {{server}}?'],
  [
    '{{a.line:ticket}}',
    '{{a.line:ticket}} is not as {{a.line:/ticket (\\S+)/}}, with a regular expression between slashes',
  ],
  ['{{a.line:/(/}}', 'this is no regular expression: unterminated group'],
  ['{{}}', expect.stringMatching(/^there is no \{\{\}\}: there are server, /)],
  ['{{.ID}}', expect.stringMatching(/; \{\{ as such is written \{\{\{\{$/)],
  ['{{pair}}'.repeat(201), 'a text has at most 100 places such as {{pair}}'],
])('%j is refused', (text, message) => {
  expect(parseTemplate(text)).toEqual({ kind: 'refused', message });
});
