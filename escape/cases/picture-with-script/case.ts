import type { EscapeCase } from '../../case.ts'
import { showToReviewer } from '../../rig/reviewing-browser.ts'

export const attack: EscapeCase = {
  id: 'picture-with-script',
  family: 19,
  tries:
    'Leaves pictures and documents that are programs: SVG with scripts, foreign objects, styles and links, XHTML, an SVG within a page.',
  plants: 'Text in each address that the pictures ask for.',
  defence: 'A file by its own address is a download of no type, which no browser opens.',
  expect: 'contained',
  quick: true,
  control: { notApplicable: 'The case has its own: the same browser opens the same files as pages.' },
  act: (stage) => showToReviewer(stage, { reaches: 6 }),
}
