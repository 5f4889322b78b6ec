import { z } from 'zod'

/**
 * What a hold can release, item by item (design.md, "What is released"). The four logs are Codabench's four streams;
 * `scores` are rebuilt canonically, `output` and `predictions` are archives rebuilt from the manifest.
 */
export const ArtefactName = z.enum([
  'scores',
  'detailed_results',
  'ingestion_stdout',
  'ingestion_stderr',
  'scoring_stdout',
  'scoring_stderr',
  'output',
  'predictions',
])
export type ArtefactName = z.infer<typeof ArtefactName>

/** The artefact names in plain words, for people. */
export const ARTEFACT_WORDS = {
  scores: 'Scores',
  detailed_results: 'Detailed results (HTML)',
  ingestion_stdout: 'Ingestion log: standard output',
  ingestion_stderr: 'Ingestion log: standard error',
  scoring_stdout: 'Scoring log: standard output',
  scoring_stderr: 'Scoring log: standard error',
  output: 'Scoring output archive',
  predictions: 'Predictions archive',
} as const satisfies Record<ArtefactName, string>

/** The media type under which a released artefact travels and is stored; `scores` travel in the release itself. */
export const ARTEFACT_MEDIA_TYPE = {
  scores: 'application/json',
  detailed_results: 'text/html',
  ingestion_stdout: 'text/plain',
  ingestion_stderr: 'text/plain',
  scoring_stdout: 'text/plain',
  scoring_stderr: 'text/plain',
  output: 'application/zip',
  predictions: 'application/zip',
} as const satisfies Record<ArtefactName, string>
