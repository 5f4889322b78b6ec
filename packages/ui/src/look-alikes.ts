/**
 * Letters of other scripts that fonts draw as a Latin letter or digit, by script. A word of such letters alone, or of
 * several scripts, can read as a word that it is not.
 */
const LATIN_TWINS =
  /[авсԁеһіјӏкмнорѕтухԛԝгАВСЕНІЈКМОРЅТУХԚԜαγικνορτυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϳօսոհցքզɑɡıƖǀʀʏᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢǃℊℹⅼⅽⅾⅿⅰⅴⅹⅠⅤⅩⅬⅭⅮⅯ]/u
/** Letters and digits in costumes: fullwidth, and those of mathematics. */
const COSTUMES =
  /[\u{ff10}-\u{ff5a}\u{1d400}-\u{1d7ff}\u{2100}-\u{214f}\u{24b6}-\u{24e9}\u{1f130}-\u{1f149}]/u
const NOT_ASCII = /[\u{80}-\u{10ffff}]/u
const WORD = /[\p{L}\p{N}\p{M}_]+/gu
const LATIN = /\p{Script=Latin}/u

/** A stretch of text, either as it is or one letter that looks like another. */
export type LookAlikePart = { readonly kind: 'text' | 'look-alike'; readonly text: string }

/**
 * Tells letters apart that pass for others: a letter of another script inside a word with Latin letters, a word made of
 * nothing but letters that have a Latin twin, and letters in costumes. A word that is plainly of its own script (it has
 * a letter without a twin, and none of Latin) is left alone.
 */
export function lookAlikeParts(text: string): LookAlikePart[] {
  if (!NOT_ASCII.test(text)) return text === '' ? [] : [{ kind: 'text', text }]
  const parts: LookAlikePart[] = []
  let plain = ''
  const flush = () => {
    if (plain !== '') parts.push({ kind: 'text', text: plain })
    plain = ''
  }
  let end = 0
  for (const match of text.matchAll(WORD)) {
    plain += text.slice(end, match.index)
    end = match.index + match[0].length
    const isSuspect = suspectIn(match[0])
    for (const letter of match[0]) {
      if (!isSuspect(letter)) plain += letter
      else {
        flush()
        parts.push({ kind: 'look-alike', text: letter })
      }
    }
  }
  plain += text.slice(end)
  flush()
  return parts
}

function suspectIn(word: string): (letter: string) => boolean {
  if (!NOT_ASCII.test(word)) return () => false
  const letters = [...word].filter((letter) => /\p{L}/u.test(letter))
  const isForeign = (letter: string) => /\p{L}/u.test(letter) && !LATIN.test(letter)
  const hasTwin = (letter: string) => LATIN_TWINS.test(letter)
  const isCostume = (letter: string) => COSTUMES.test(letter)
  const isMixed =
    letters.some(isForeign) &&
    letters.some((letter) => LATIN.test(letter) && !hasTwin(letter) && !isCostume(letter))
  if (isMixed) return (letter) => isForeign(letter) || hasTwin(letter) || isCostume(letter)
  const isAllTwins = letters.filter(isForeign).every(hasTwin)
  return isAllTwins ? (letter) => hasTwin(letter) || isCostume(letter) : isCostume
}
