/**
 * Whether `text` fits `pattern`, in which `*` stands for any run of characters, also none; everything else is itself,
 * upper and lower case included. Takes time in proportion to the product of both lengths at worst.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let inPattern = 0
  let inText = 0
  let star = -1
  let starText = 0
  while (inText < text.length) {
    if (pattern[inPattern] === '*') {
      star = inPattern
      starText = inText
      inPattern += 1
    } else if (inPattern < pattern.length && pattern[inPattern] === text[inText]) {
      inPattern += 1
      inText += 1
    } else if (star >= 0) {
      // The last star takes one character more, and what follows it is tried again.
      starText += 1
      inText = starText
      inPattern = star + 1
    } else {
      return false
    }
  }
  while (pattern[inPattern] === '*') inPattern += 1
  return inPattern === pattern.length
}

/**
 * Whether a policy's pattern means a competition: digits are its number and nothing else, since a number belongs to one
 * competition while anybody can choose a title; anything else is compared with the title.
 */
export function matchesCompetition(pattern: string, competition: { id: number; title: string }): boolean {
  return /^[0-9]+$/.test(pattern)
    ? pattern === String(competition.id)
    : matchesWildcard(pattern, competition.title)
}
