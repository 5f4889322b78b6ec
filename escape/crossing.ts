/**
 * How bytes left the site. `request-line`, `header` and `body` are those of HTTP requests to the platform; `network` is what
 * reached a listener on the machine that no confined program should reach; `inside` is what a run left in its hold, for cases
 * about what that run must not even see; `status-sequence` is the words that the platform
 * heard about one job, in their order; `log` is a line of the worker's or the desk's log: it stays at the site, but no
 * text of a run may be in it, since logs are shown, shipped and kept by others.
 */
export type CrossingChannel =
  | 'request-line'
  | 'header'
  | 'body'
  | 'network'
  | 'inside'
  | 'status-sequence'
  | 'log'

/** Bytes that left the site in one piece. */
export type Crossing = {
  readonly channel: CrossingChannel
  readonly bytes: Buffer
  /** The place in the order of everything that left this site, from 0. There is no time: times are rounded away. */
  readonly at: number
  /** The job that the bytes are about, where the request says so. */
  readonly jobId?: string
}

/**
 * What a case plants in the private data, new for every run, so that many cases can share one site: finding it outside can
 * have no other cause than this case.
 */
export type PlantedSecret = {
  /** Random, and all that a program needs to bring out. */
  readonly bytes: Buffer
  /** Eight for every byte. */
  readonly bits: number
  /**
   * Printable ASCII, random too and independent of `bytes`: stands in every planted file, as the text of a record would.
   * Whoever finds it outside has found everything.
   */
  readonly token: string
}

/** What the oracle got out of the crossings. */
export type Recovered = {
  /** Bits of the secret, at most `secret.bits`; 0 when nothing was found. */
  readonly bits: number
  /** How it was decoded, in words: `base64 of the body`; empty when nothing was found. */
  readonly path: string
}
