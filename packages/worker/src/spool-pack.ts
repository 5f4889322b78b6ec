import { hash } from 'node:crypto'
import { closeSync, constants, fdatasync, openSync, readSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import type { StoredFile } from '@scoregate/gate/seal'
import { Digest } from '@scoregate/protocol/digest'
import { PACK_HEADER_BYTES, packHeader } from '@scoregate/protocol/pack'

/** The small files of one run in one file, of the format that `@scoregate/protocol/pack` describes. */
export type SpoolPack = {
  /** Appends a file, unless the same bytes are in the pack already. Throws what the disk throws; the file is then not in it. */
  add(bytes: Uint8Array): StoredFile
  /** The bytes of a file of the pack; nothing if it has no such file. */
  find(sha256: Digest): Buffer | undefined
  /** Resolves when all that was added is on the disk. */
  sync(): Promise<void>
  close(): void
}

const syncData = promisify(fdatasync)

// One write for many small files.
const BUFFER_BYTES = 1024 * 1024

/**
 * Makes a new pack. Synchronous, since a file of some kilobytes is appended in less time than a wait for a turn takes; only
 * the sync of the whole is waited for, and it is one for all files.
 */
export function createSpoolPack(file: string): SpoolPack {
  const handle = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600)
  const places = new Map<Digest, { readonly start: number; readonly sizeBytes: number }>()
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  let buffered = 0
  let written = 0
  // A disk tells of bytes that it lost once, and never again: after one sync that failed there is none that succeeds.
  let synced: Promise<void> = Promise.resolve()

  /** Written at its place, so that what a full disk took a part of is simply written again. */
  const flush = (): void => {
    for (let at = 0; at < buffered; ) at += writeSync(handle, buffer, at, buffered - at, written + at)
    written += buffered
    buffered = 0
  }

  return {
    add(bytes) {
      const sizeBytes = bytes.byteLength
      const sha256 = Digest.parse(hash('sha256', bytes, 'hex'))
      if (places.has(sha256)) return { sha256, sizeBytes }
      if (buffered + PACK_HEADER_BYTES + sizeBytes > BUFFER_BYTES) flush()
      buffer.set(packHeader(sha256, sizeBytes), buffered)
      buffer.set(bytes, buffered + PACK_HEADER_BYTES)
      places.set(sha256, { start: written + buffered + PACK_HEADER_BYTES, sizeBytes })
      buffered += PACK_HEADER_BYTES + sizeBytes
      return { sha256, sizeBytes }
    },

    find(sha256) {
      const place = places.get(sha256)
      if (place === undefined) return undefined
      flush()
      const bytes = Buffer.alloc(place.sizeBytes)
      for (let at = 0; at < bytes.byteLength; ) {
        const count = readSync(handle, bytes, at, bytes.byteLength - at, place.start + at)
        if (count === 0) throw new Error('The pack is shorter than what was written to it.')
        at += count
      }
      return bytes
    },

    async sync() {
      flush()
      synced = synced.then(() => syncData(handle))
      await synced
    },

    close: () => closeSync(handle),
  }
}
