import { z } from 'zod'
import { StoredFile } from '../files/stored-file.ts'

/** The archives of a task, by the part that they play in a run. */
export const TaskFiles = z.strictObject({
  scoringProgram: StoredFile,
  ingestionProgram: StoredFile.optional(),
  inputData: StoredFile.optional(),
  referenceData: StoredFile.optional(),
})
export type TaskFiles = z.infer<typeof TaskFiles>
