import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'paths-of-the-host',
  family: 17,
  tries:
    'The program looks for the host behind every door that it knows: roots of processes, open files, mounts, devices, sockets of engines.',
  plants: 'The text of a file of the host, which the environment of the worker holds, too.',
  defence:
    'A room sees its mounts and nothing of the host: no process, no open file, no socket, no environment.',
  expect: 'contained',
  quick: true,
  sees: [],
  mustNotSee: 'every-run',
  control: {
    notApplicable:
      'its rooms are re-created without the socket of an engine, which the real ones do not have either',
  },
}
