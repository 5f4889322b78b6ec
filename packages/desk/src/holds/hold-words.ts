import type { SealRefusal } from '@scoregate/protocol/manifest'
import type { ExpiryCause } from '../review/outcomes-of-decision.ts'

/** What sealing met, as a reviewer reads it. */
export const SEAL_REFUSAL_WORDS = {
  'symbolic-link': 'a link to another place',
  'hard-link': 'a file with a second name elsewhere',
  'special-file': 'a pipe, socket or device instead of a file',
  'bad-name': 'a name with characters that are not allowed',
  'twin-name': 'a name that looks the same as another',
  'too-deep': 'folders nested too deeply',
  'too-many-files': 'more files than are allowed',
  'too-large': 'more bytes than are allowed',
  sparse: 'a file that claims to be far larger than it is',
  'changed-while-read': 'a file that changed while it was read',
  unreadable: 'a file that could not be read',
} as const satisfies Record<SealRefusal['kind'], string>

/** Why a hold lapsed. */
export const EXPIRY_WORDS = {
  deadline: 'nobody decided before the deadline',
  cancelled: 'the submission was cancelled at the platform',
  superseded: 'the platform no longer wants this attempt',
} as const satisfies Record<ExpiryCause, string>

/** The sections of a hold, as a reviewer reads them. */
export const SECTION_WORDS = {
  scoring_output: 'Scoring output',
  ingestion_output: 'Output of ingestion while scoring',
  shared: 'Shared folder of ingestion and scoring',
  predictions: 'Predictions',
  logs: 'Logs',
} as const
