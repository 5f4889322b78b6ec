import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RoomExamination } from '@scoregate/protocol/worker-report'

/** Where `scoregate doctor` leaves what it found for the worker with this data folder. */
export function doctorResultFile(dataFolder: string): string {
  return join(dataFolder, 'doctor.json')
}

/** What the doctor found last; undefined where it was never run, or its result is not to be read. */
export async function readDoctorResult(dataFolder: string): Promise<RoomExamination | undefined> {
  try {
    return RoomExamination.parse(JSON.parse(await readFile(doctorResultFile(dataFolder), 'utf8')))
  } catch {
    return undefined
  }
}
