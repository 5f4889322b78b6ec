import type { EscapeCase } from '../../case.ts'
import { playInTerminal } from './play.ts'

export const attack: EscapeCase = {
  id: 'log-that-takes-the-terminal',
  family: 21,
  tries:
    'Writes control sequences into logs, names and scores: clear the screen, forge a prompt, set the title and the clipboard, ask the terminal to type.',
  plants: 'Text in the sequences for title and clipboard.',
  defence: 'The command line shows control characters as their numbers; a name with one is refused.',
  expect: 'contained',
  quick: true,
  control: {
    notApplicable: 'The case has its own: the log itself, on the same terminal, does what it tries.',
  },
  act: playInTerminal,
}
