import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What a terminal is after a command wrote to it. */
export type TerminalState = {
  readonly title: string
  /** What programs put on the clipboard. */
  readonly clipboard: string
  /** Everything that can be scrolled back to. */
  readonly screen: string
  /** Whether what stood there before the command still does. */
  readonly keepsWhatWasBefore: boolean
  readonly isOtherScreen: boolean
}

const BEFORE = 'this stood here before'
const TITLE = 'title of the terminal'

/** Runs a shell command in a real terminal (tmux) of its own, and looks at what it did to it. */
export async function inTerminal(command: string): Promise<TerminalState> {
  const socket = `scoregate-escape-${randomUUID()}`
  const tmux = async (...words: string[]) =>
    (await run('tmux', ['-L', socket, '-f', '/dev/null', ...words])).stdout
  const script = `export PAGER=cat; printf '\\033]2;${TITLE}\\007${BEFORE}\\n'; ${command}; tmux -L ${socket} wait-for -S shown; cat`
  try {
    // The server must take the clipboard from programs before the first one runs.
    await tmux('new-session', '-d', '-x', '200', '-y', '50', 'cat')
    await tmux('set-option', '-g', 'set-clipboard', 'on')
    await tmux('set-option', '-g', 'history-limit', '20000')
    await tmux('new-window', '-n', 'shown', 'sh', '-c', script)
    await tmux('wait-for', 'shown')
    const screen = await tmux('capture-pane', '-p', '-S', '-', '-t', 'shown')
    return {
      title: (await tmux('display-message', '-p', '-t', 'shown', '#{pane_title}')).trim(),
      clipboard: await tmux('show-buffer').catch(() => ''),
      screen,
      keepsWhatWasBefore: screen.includes(BEFORE),
      isOtherScreen: (await tmux('display-message', '-p', '-t', 'shown', '#{alternate_on}')).trim() === '1',
    }
  } finally {
    await tmux('kill-server').catch(() => undefined) // it may have ended with its last window
  }
}

/** Whether a command left the terminal as it was, but for the lines that it wrote. */
export function isUntouched(state: TerminalState): boolean {
  return state.title === TITLE && state.clipboard === '' && state.keepsWhatWasBefore && !state.isOtherScreen
}
