/** What a file is uploaded as; Codabench's names. */
export type DatasetType =
  | 'competition_bundle'
  | 'submission'
  | 'scoring_program'
  | 'ingestion_program'
  | 'input_data'
  | 'reference_data'
  | 'starting_kit'
  | 'public_data'
