import { createHash } from 'node:crypto'
import type { Crossing, PlantedSecret, Recovered } from '../crossing.ts'
import { archiveViews } from './archive-metadata.ts'
import { compressedViews, isText } from './compressed.ts'
import { type Find, Finder } from './finder.ts'
import { letterCaseViews, unicodeViews, whiteSpaceViews } from './hidden-text.ts'
import { numberViews } from './number-channels.ts'
import {
  keyViews,
  lineViews,
  orderViews,
  sequenceViews,
  strideViews,
  varyingParts,
} from './order-channels.ts'
import { radixViews } from './radix-decodings.ts'
import { mirroredViews, textDecodings } from './text-decodings.ts'
import { bytesView, type Decoding, SHORTEST_VIEW_BYTES, type View } from './view.ts'

/** Decodings one within another, such as base64 of zlib of base64; what is found last may still be reversed or xored. */
const DEEPEST = 4

/** All places that may be read; see `COUNTED_BITS`. Enough for a few MB that crossed. */
const MOST_PLACES = 2 ** 27

/** Another encoding may lie within what each of these makes, so it is read as the first one was. */
const DECODINGS: readonly Decoding[] = [radixViews, compressedViews, textDecodings, archiveViews]

/** What bytes carry beside what they say. */
const SIDE_CHANNELS: readonly Decoding[] = [
  numberViews,
  whiteSpaceViews,
  letterCaseViews,
  unicodeViews,
  keyViews,
  lineViews,
]

/**
 * Which rungs come next. `message`: a part of what is read as a whole elsewhere, so only what must start with it.
 * `crossing`: all. `decoded`: all but the same backwards. `beside`: from a side channel or backwards; only decodings.
 * `end`: none.
 */
type Rung = 'message' | 'crossing' | 'decoded' | 'beside' | 'end'

type Step = { readonly rung: Rung; readonly view: View; readonly path: readonly string[] }

/**
 * Looks for a planted secret in everything that crossed, alone and together, through a ladder of decodings. What it says
 * was recovered was, but for a chance that `COUNTED_BITS` states. Throws when there is too much to search and nothing was
 * found: to say that nothing is there would be a guess.
 */
export function recoverSecret(crossings: readonly Crossing[], secret: PlantedSecret): Recovered {
  const finder = new Finder(secret)
  const seen = new Set<string>()
  let level = startsOf(crossings)
  for (let depth = 0; depth <= DEEPEST && level.length > 0 && !finder.hasWhole; depth += 1) {
    const next: Step[] = []
    for (const step of level) {
      if (isKnown(step, seen)) continue
      if (finder.placesRead > MOST_PLACES) return recoveredSoFar(finder)
      readView(finder, step)
      if (step.view.kind === 'bytes' && depth < DEEPEST) next.push(...stepsFrom(step, step.view.bytes))
    }
    level = next
  }
  return recovered(finder.finds)
}

function recoveredSoFar({ finds }: Finder): Recovered {
  if (finds.length > 0) return recovered(finds)
  throw new Error('More crossed than can be searched for the secret: let the case leave less.')
}

function readView(finder: Finder, { view, rung, path }: Step): void {
  if (view.kind === 'bits') finder.readBits(view.bits, path)
  else if (view.kind === 'digits') finder.readDigits(view.bytes, path)
  else if (rung !== 'message') finder.readBytes(view.bytes, path)
}

function stepsFrom({ rung, path }: Step, bytes: Buffer): Step[] {
  const through = (decodings: readonly Decoding[], next: Rung): Step[] =>
    decodings
      .flatMap((decoding) => decoding(bytes))
      .map((view) => ({ rung: next, view, path: [...path, view.name] }))
  if (rung === 'end') return []
  if (rung === 'message')
    return [...through([compressedViews], 'decoded'), ...through([unicodeViews], 'beside')]
  return [
    ...through(DECODINGS, rung === 'beside' ? 'beside' : 'decoded').map(withoutSideChannelsOfNoise),
    ...(rung === 'beside' ? [] : [...through(SIDE_CHANNELS, 'beside'), ...through([strideViews], 'end')]),
    ...(rung === 'crossing' ? through([mirroredViews], 'beside') : []),
  ]
}

/** Any text has digits of base64, which decode to noise: in that only another encoding is worth looking for. */
function withoutSideChannelsOfNoise(step: Step): Step {
  const isNoise = step.view.kind === 'bytes' && step.view.name.startsWith('base') && !isText(step.view.bytes)
  return isNoise ? { ...step, rung: 'beside' } : step
}

/** Each crossing, those of a channel one after the other, all of them, and what their sequence says. */
function startsOf(crossings: readonly Crossing[]): Step[] {
  const ordered = [...crossings].sort((one, other) => one.at - other.at)
  const channels = new Map<string, Buffer[]>()
  for (const { channel, bytes } of ordered) channels.set(channel, [...(channels.get(channel) ?? []), bytes])
  const steps = (rung: Rung, channel: string, views: readonly View[]): Step[] =>
    views.map((view) => ({ rung, view, path: [channel, view.name] }))
  const everything = ordered.map(({ bytes }) => bytes)
  return [
    ...[...channels].flatMap(([channel, parts]) => {
      const texts = parts.map((part) => part.toString('latin1'))
      return [
        ...steps('crossing', channel, bytesView('in order', Buffer.concat(parts))),
        ...steps('beside', channel, varyingParts('messages', parts)),
        ...steps(
          'beside',
          channel,
          sequenceViews(
            'sizes',
            parts.map((part) => part.length),
          ),
        ),
        ...steps('beside', channel, sequenceViews('sequence of messages', texts)),
        ...steps('beside', channel, orderViews('messages', texts)),
        ...steps(
          'message',
          channel,
          parts.flatMap((part) => bytesView('one message', part)),
        ),
      ]
    }),
    ...steps('beside', 'everything', bytesView('in order', Buffer.concat(everything))),
    ...steps(
      'beside',
      'everything',
      sequenceViews(
        'sequence of channels',
        ordered.map(({ channel }) => channel),
      ),
    ),
    ...steps(
      'beside',
      'everything',
      sequenceViews(
        'sizes',
        everything.map((bytes) => bytes.length),
      ),
    ),
  ]
}

function isKnown({ rung, view }: Step, seen: Set<string>): boolean {
  const bytes = view.kind === 'bits' ? view.bits : view.bytes
  if (bytes.length < SHORTEST_VIEW_BYTES) return true
  const mark = (rung === 'message' ? rung : view.kind) + createHash('sha1').update(bytes).digest('base64')
  if (seen.has(mark)) return true
  seen.add(mark)
  return false
}

/** Every share that was found, each counted once; the path tells how to read the largest. */
function recovered(finds: readonly Find[]): Recovered {
  const [largest] = finds.toSorted((one, other) => other.to - other.from - (one.to - one.from))
  return { bits: lengthOf(finds), path: largest?.path.join(' > ') ?? '' }
}

/** Of overlapping shares, what they cover together. */
function lengthOf(shares: readonly { from: number; to: number }[]): number {
  let end = 0
  let total = 0
  for (const { from, to } of shares.toSorted((one, other) => one.from - other.from)) {
    total += Math.max(0, to - Math.max(from, end))
    end = Math.max(end, to)
  }
  return total
}
