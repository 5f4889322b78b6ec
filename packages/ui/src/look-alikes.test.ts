import { describe, expect, it } from 'vitest'
import { lookAlikeParts } from './look-alikes.ts'

const suspects = (text: string) =>
  lookAlikeParts(text).flatMap((part) => (part.kind === 'look-alike' ? [part.text] : []))

describe('letters that pass for others', () => {
  it('finds a foreign letter in a Latin word, words made of twins, and costumes', () => {
    expect(suspects('p\u0430ypal')).toEqual(['\u0430'])
    expect(suspects('\u0440\u0430\u0443')).toHaveLength(3)
    expect(suspects('\u0391pprove')).toEqual(['\u0391'])
    expect(suspects('\uff41pprove \u{1d41a}')).toEqual(['\uff41', '\u{1d41a}'])
  })

  it('leaves words of another language alone, and all of Latin', () => {
    expect(suspects('привет, καλημέρα, שלום, 你好, Größe naïve ça va')).toEqual([])
  })

  it('loses no character', () => {
    const text = 'a p\u0430ss \u{1d41a}\n\u0440 привет!'
    expect(
      lookAlikeParts(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text)
  })
})
