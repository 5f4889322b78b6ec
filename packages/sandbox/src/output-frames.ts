/** Which stream of the program a piece of output belongs to. */
export type StreamName = 'stdout' | 'stderr'

/** A piece of one stream; a frame of the wire may come as several pieces, in order. */
export type OutputPiece = { readonly stream: StreamName; readonly bytes: Buffer }

/** The attach stream did not follow the engine's frame format; its text is not safe to attribute to a stream. */
export class BrokenFrameError extends Error {
  override readonly name = 'BrokenFrameError'
}

const HEADER_BYTES = 8

/**
 * Takes apart what an engine sends for an attached container without a terminal: frames of an 8-byte header (stream
 * number, three zeros, payload length as big-endian 32 bits) and the payload. Docker Engine API, "ContainerAttach",
 * Stream format. Payloads are passed on as they arrive, so a frame of 4 GB costs no memory.
 */
export class OutputFrameReader {
  private header = Buffer.alloc(HEADER_BYTES)
  private headerFilled = 0
  private payloadLeft = 0
  private stream: StreamName = 'stdout'

  /** The pieces that `chunk` completes. Throws {@link BrokenFrameError}; after that the reader is of no use. */
  read(chunk: Buffer): OutputPiece[] {
    const pieces: OutputPiece[] = []
    let at = 0
    while (at < chunk.length) {
      if (this.payloadLeft > 0) {
        const bytes = chunk.subarray(at, at + this.payloadLeft)
        pieces.push({ stream: this.stream, bytes })
        this.payloadLeft -= bytes.length
        at += bytes.length
        continue
      }
      const taken = chunk.copy(this.header, this.headerFilled, at, at + HEADER_BYTES - this.headerFilled)
      this.headerFilled += taken
      at += taken
      if (this.headerFilled === HEADER_BYTES) this.beginPayload()
    }
    return pieces
  }

  /** Whether the stream may end here: not within a header or a payload. */
  isBetweenFrames(): boolean {
    return this.headerFilled === 0 && this.payloadLeft === 0
  }

  private beginPayload(): void {
    this.stream = parseStreamName(this.header)
    this.payloadLeft = this.header.readUInt32BE(4)
    this.headerFilled = 0
  }
}

function parseStreamName(header: Buffer): StreamName {
  const padded = header[1] === 0 && header[2] === 0 && header[3] === 0
  // 0 is the echo of stdin, which we never attach; 3 carries the engine's own errors.
  if (padded && header[0] === 1) return 'stdout'
  if (padded && header[0] === 2) return 'stderr'
  throw new BrokenFrameError(`the engine sent an output frame that begins with ${header.toString('hex')}`)
}
