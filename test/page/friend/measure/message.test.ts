/** What is read of what a friend says over the path. */
import { describe, expect, it } from 'vitest';
import { CHAT_MAX_CHARACTERS, readPathMessage } from '../../../../page/friend/measure/message.ts';

describe('a message of a friend', () => {
  it('may be the longest line of chat, with every character escaped', () => {
    const text = '\u0001'.repeat(CHAT_MAX_CHARACTERS);
    expect(readPathMessage(JSON.stringify({ type: 'chat', text }))).toEqual({ type: 'chat', text });
  });

  it.each([
    ['a line that is longer', JSON.stringify({ type: 'chat', text: 'x'.repeat(CHAT_MAX_CHARACTERS + 1) })],
    ['a long text', `{"type":"chat","text":"x"${' '.repeat(4_000)}}`],
    ['an empty line', '{"type":"chat","text":""}'],
    ['a probe with no number of one', '{"type":"probe","number":20}'],
    ['bytes', new ArrayBuffer(8)],
    ['no JSON', 'hello'],
    ['a time that no transfer takes', '{"type":"received","bytes":1,"ms":60001}'],
  ])('is not read where it is %s', (_, data) => {
    expect(readPathMessage(data)).toBeNull();
  });
});
