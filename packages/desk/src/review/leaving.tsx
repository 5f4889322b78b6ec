import { ARTEFACT_WORDS } from '@scoregate/protocol/artefact'
import { WITHHELD_SENTENCE } from '@scoregate/protocol/reason-code'
import { FileSize, InertName } from '@scoregate/ui/facts'
import { fileSizeWords } from '@scoregate/ui/file-size'
import type { FC } from 'hono/jsx'
import type { Hold, OfferedArtefact } from '../holds/hold-record.ts'
import { paths } from '../paths.ts'
import type { ArtefactLook } from './looked-at.ts'

/** Beside something that can leave: how much it is, how much of it this reviewer has seen, and the way to the rest. */
export const ArtefactNote: FC<{
  hold: Hold
  artefact: OfferedArtefact
  look: ArtefactLook | undefined
}> = ({ hold, artefact, look }) =>
  artefact.name === 'scores' ? (
    <>as they would leave</>
  ) : (
    <>
      {artefact.fileCount > 1 ? (
        <span title={fileSizeWords(artefact.sizeBytes)}>{artefact.fileCount} files</span>
      ) : (
        <FileSize bytes={artefact.sizeBytes} />
      )}{' '}
      · <LookWords hold={hold} look={look} />
    </>
  )

const LookWords: FC<{ hold: Hold; look: ArtefactLook | undefined }> = ({ hold, look }) => {
  if (look === undefined || look.sizeBytes === 0) return <>empty</>
  const { next, unseenFiles } = look
  if (next === undefined) return <>you have seen all</>
  const words = look.seenBytes === 0 ? 'not opened' : `you have seen ${shareOf(look)}`
  if (hold.contentRemovedAt !== undefined) return <>{words}</>
  return (
    <>
      <span class="look-unseen">{words}</span>{' '}
      <a href={nextPlace(hold, next)}>
        {unseenFiles > 1 ? 'Open next' : look.seenBytes === 0 ? 'Open it' : 'Open the rest'}
      </a>
    </>
  )
}

/** Where a reviewer goes on looking: the first place that they were not shown. */
export function nextPlace({ id }: Hold, { file, offset }: { file: number; offset: number }): string {
  return offset === 0 ? paths.file(id, file) : paths.fileView(id, file, { as: 'text', offset })
}

/** Rounded down: 100 % would say that nothing is left. */
function shareOf({ seenBytes, sizeBytes }: ArtefactLook): string {
  const share = Math.floor((seenBytes / sizeBytes) * 100)
  return share === 0 ? 'less than 1 %' : `${Math.min(99, share)} %`
}

/** Exactly what the participant of a result reads after an approval, by what is ticked. */
export const WhatTheyRead: FC<{ hold: Hold }> = ({ hold }) => (
  <p>
    The participant reads the status “Finished”.
    {hold.scores.kind === 'read' && hold.offered.some(({ name }) => name === 'scores') && (
      <>
        {' '}
        With {ARTEFACT_WORDS.scores} ticked:{' '}
        {hold.scores.shown
          .filter(({ released }) => released !== undefined)
          .map(({ column, released }, at) => (
            <>
              {at > 0 && ', '}
              <InertName text={column.title} /> <strong class="monospace">{released}</strong>
            </>
          ))}
        .
      </>
    )}{' '}
    Each file that is ticked, byte for byte. In the place of everything else: “{WITHHELD_SENTENCE}”
  </p>
)
