import { SIGNATURE_BYTES } from './file-signature.ts'

/** Keeps the first bytes of a stream, as many as tell its kind. */
export class FileHead {
  private readonly kept = Buffer.alloc(SIGNATURE_BYTES)
  private length = 0

  take(chunk: Uint8Array): void {
    if (this.length === SIGNATURE_BYTES) return
    const part = chunk.subarray(0, SIGNATURE_BYTES - this.length)
    this.kept.set(part, this.length)
    this.length += part.length
  }

  get bytes(): Uint8Array {
    return this.kept.subarray(0, this.length)
  }
}
