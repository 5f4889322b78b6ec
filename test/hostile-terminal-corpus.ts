/** Bytes that do something to a terminal that shows them as they are, one kind each. */
export const HOSTILE_TEXTS: Readonly<Record<string, string>> = {
  title: '\u001b]2;OWNED\u0007',
  titleByString: '\u001b]0;OWNED\u001b\\',
  clipboard: '\u001b]52;c;T1dORUQ=\u0007',
  hyperlink: '\u001b]8;;https://evil.example/\u0007harmless\u001b]8;;\u0007',
  palette: '\u001b]4;1;#00ff00\u0007',
  alternateScreen: '\u001b[?1049h',
  cursorHidden: '\u001b[?25l',
  cursorKeys: '\u001b[?1h',
  keypad: '\u001b=',
  bracketedPaste: '\u001b[?2004h',
  mouse: '\u001b[?1000h\u001b[?1003h',
  insertMode: '\u001b[4h',
  originMode: '\u001b[?6h',
  noWrap: '\u001b[?7l',
  scrollRegion: '\u001b[5;10r',
  colours: '\u001b[31;44;1m',
  colourByC1: '\u009b35m',
  lineDrawing: '\u001b(0',
  shiftOut: '\u000e',
  cleared: '\u001b[2J\u001b[H',
  scrollbackCleared: '\u001b[3J',
  movedUp: '\u001b[3A\u001b[2K',
  overwritten: 'reject\rapprove',
  backspaced: 'reject\b\b\b\b\b\bapprove',
  deviceReport: '\u001b[6n\u001b[c\u001b[5n',
  answerBack: '\u0005',
  statusString: '\u001bP$qm\u001b\\',
  sixel: '\u001bPq#0;2;100;0;0#0~~@@vv@@~~$-\u001b\\',
  privateMessage: '\u001b^hidden\u001b\\\u001b_hidden\u001b\\',
  bidi: '\u202eevorppa\u202c \u2066x\u2069',
  zeroWidth: 'app\u200brove\u200d\ufeff\u2060',
  tagLetters: '\u{e0041}\u{e0042}',
  floodOfMarks: `o${'\u0336\u0489'.repeat(20)}`,
  formFeed: '\u000b\u000c',
}

/** All of it in one text that a scoring program could print, a line each. */
export const HOSTILE_LOG: string = Object.entries(HOSTILE_TEXTS)
  .map(([name, text]) => `${name}: ${text} end-of-${name}`)
  .join('\n')

/** The same where one line is all there is, such as a name. */
export const HOSTILE_NAME: string = Object.values(HOSTILE_TEXTS).join(' ')
