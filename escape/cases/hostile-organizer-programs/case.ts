import type { EscapeCase } from '../../case.ts'

export const attack: EscapeCase = {
  id: 'hostile-organizer-programs',
  family: 34,
  tries: "The organizer's own ingestion program sees the data, and writes it wherever a result is expected.",
  plants: 'The secret in its logs, its predictions and beside them.',
  defence: 'Every program is confined and sealed alike, whoever wrote it.',
  expect: 'contained',
  quick: true,
  sees: ['ingestion'],
  control: 'escapes',
}
