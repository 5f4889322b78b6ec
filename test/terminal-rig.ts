import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { until } from '../packages/desk/src/until-rig.ts'

const run = promisify(execFile)

/** Everything of a terminal that a program can change for whoever comes after it. */
const FLAGS = {
  title: '#{pane_title}',
  alternateScreen: '#{alternate_on}',
  cursorShown: '#{cursor_flag}',
  cursorKeys: '#{keypad_cursor_flag}',
  keypad: '#{keypad_flag}',
  insertMode: '#{insert_flag}',
  originMode: '#{origin_flag}',
  wrap: '#{wrap_flag}',
  mouse: '#{mouse_any_flag}',
  scrollFrom: '#{scroll_region_upper}',
  scrollTo: '#{scroll_region_lower}',
} as const

/** What a terminal is: its switches, its clipboard, and the colour in which the next program would write. */
export type TerminalState = Readonly<Record<keyof typeof FLAGS | 'clipboard' | 'nextWord', string>>

const TITLE = 'title of the terminal'
const PROMPT = 'ready> '

/** A real terminal (tmux) with a plain shell in it. */
export class TerminalRig {
  readonly #socket = `scoregate-test-${randomUUID()}`

  /** The shell of the terminal has these variables. */
  static async start(environment: NodeJS.ProcessEnv): Promise<TerminalRig> {
    const rig = new TerminalRig()
    const { TMUX: _outer, ...kept } = environment
    const env = { ...kept, PS1: PROMPT, TERM: 'tmux-256color', LC_ALL: 'C.UTF-8', HISTFILE: '' }
    const shell = ['bash', '--norc', '--noprofile', '--noediting']
    await run(
      'tmux',
      ['-L', rig.#socket, '-f', '/dev/null', 'new-session', '-d', '-x', '150', '-y', '40', ...shell],
      {
        env,
      },
    )
    await rig.#tmux('set-option', '-g', 'set-clipboard', 'on')
    await rig.#tmux('set-option', '-g', 'history-limit', '20000')
    await rig.reset()
    return rig
  }

  async #tmux(...words: string[]): Promise<string> {
    return (await run('tmux', ['-L', this.#socket, ...words], { maxBuffer: 64 * 1024 * 1024 })).stdout
  }

  /** A terminal as it is after it was opened, with a title of ours. */
  async reset(): Promise<void> {
    // The other screen is left by a program alone; the rest is the terminal's own reset.
    await this.run("printf '\\033[?1049l'")
    await this.#tmux('send-keys', '-R')
    await this.#tmux('clear-history')
    await this.#tmux('delete-buffer').catch(() => undefined) // there may be none
    await this.run(`clear; printf '\\033]2;${TITLE}\\007'`)
  }

  /** Types keys as a person does; names such as `Enter` and `C-c` are those of tmux. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys)
  }

  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-l', text)
  }

  /** Types a command and waits for its end. */
  async run(command: string): Promise<void> {
    const done = `done-${randomUUID()}`
    await this.type(`${command}; tmux -L ${this.#socket} wait-for -S ${done}`)
    await this.press('Enter')
    await this.#tmux('wait-for', done)
  }

  /** Types a command that asks or shows something until it is told to end. */
  async begin(command: string): Promise<{ ended(): Promise<void> }> {
    const done = `done-${randomUUID()}`
    await this.type(`${command}; tmux -L ${this.#socket} wait-for -S ${done}`)
    await this.press('Enter')
    return {
      ended: async () => {
        await this.#tmux('wait-for', done)
      },
    }
  }

  /** What stands on the screen and above it. */
  screen(): Promise<string> {
    return this.#tmux('capture-pane', '-p', '-J', '-S', '-')
  }

  async untilShown(words: string | RegExp): Promise<string> {
    return until(`${words} on the screen`, async () => {
      const screen = await this.screen()
      const isShown = typeof words === 'string' ? screen.includes(words) : words.test(screen)
      return isShown ? screen : undefined
    })
  }

  /** What the terminal is now, seen by what a next program finds: it writes a word, and that must be a plain one. */
  async state(): Promise<TerminalState> {
    const flags = await Promise.all(
      Object.entries(FLAGS).map(
        async ([name, format]) => [name, (await this.#tmux('display-message', '-p', format)).trim()] as const,
      ),
    )
    const clipboard = await this.#tmux('show-buffer').catch(() => '')
    const word = `PLAIN-${randomUUID().slice(0, 8)}`
    await this.run(`echo ${word}`)
    // The line that echo wrote, not the one that was typed; captured by itself, so that it begins with its colours.
    const lines = (await this.#tmux('capture-pane', '-p', '-S', '-')).split('\n')
    const at = lines.findLastIndex((line) => line.trim() === word)
    const history = Number(await this.#tmux('display-message', '-p', '#{history_size}'))
    const row = String(at - history)
    const shown =
      at === -1 ? 'not to be found' : await this.#tmux('capture-pane', '-p', '-e', '-S', row, '-E', row)
    const nextWord = shown.trimEnd().replace(word, 'word')
    return { ...Object.fromEntries(flags), clipboard, nextWord } as TerminalState // every flag was asked for
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined) // it may have ended with its last window
  }
}
