import type { EscapeCase } from '../../case.ts'
import { showToReviewer } from '../../rig/reviewing-browser.ts'

export const attack: EscapeCase = {
  id: 'report-that-decides',
  family: 18,
  tries:
    "Leaves a report that uses the reviewer's own session: asks the desk for holds, sends an approval, and tells elsewhere what it read.",
  plants: 'Text in the report, which it would send elsewhere with what it reads at the desk.',
  defence:
    'Nothing of a run becomes part of a page of the desk, and a file by its own address is a download.',
  expect: 'contained',
  quick: false,
  control: { notApplicable: 'The case has its own: the same browser opens the same files as pages.' },
  act: (stage) => showToReviewer(stage, { reaches: 2 }),
}
