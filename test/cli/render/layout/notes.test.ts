import { expect, it } from 'vitest';
import { renderNotes } from '../../../../cli/render/layout/notes.ts';

it('notes are filled to the width that there is, and what explains a term is below itself', () => {
  const notes = `\
up      starts a lab and leaves it running: a server and four
        clients
down    ends the running lab

The engine is the
machine's own.`;
  expect(renderNotes(notes, 40).split('\n')).toEqual([
    'up      starts a lab and leaves it',
    '        running: a server and four',
    '        clients',
    'down    ends the running lab',
    '',
    "The engine is the machine's own.",
  ]);
});
