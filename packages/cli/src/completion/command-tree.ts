import type { Command, Option } from 'commander'

/** What can stand in a place of the command line. */
export type Place =
  /** One of a short list. */
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** A hold that the desk has: its list is asked for when it is needed. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'path' }
  /** Something that cannot be guessed, such as an address. */
  | { readonly kind: 'word' }

/** An option as it can be completed. */
export type OptionWords = {
  /** `--json`, and `-y` where there is one. */
  readonly names: readonly string[]
  readonly words: string
  /** What stands after it; undefined for one that stands alone. */
  readonly value: Place | undefined
}

/** One command with all that can be typed after it. */
export type CommandNode = {
  /** The words that lead to it, from below the program's name: `review approve`; empty for the program itself. */
  readonly path: string
  readonly subcommands: readonly { readonly name: string; readonly words: string }[]
  readonly options: readonly OptionWords[]
  readonly places: readonly Place[]
}

/** Names of options and arguments whose value is a file or folder of this machine. */
const PATH_VALUES = /^(path|file|folder|bundle|receipt)$/

/** Every command of a program, itself first, as its own declarations tell: nothing is listed twice. */
export function commandTree(program: Command, path = ''): CommandNode[] {
  const visible = program.createHelp().visibleCommands(program)
  const node: CommandNode = {
    path,
    subcommands: visible.map((command) => ({ name: command.name(), words: firstSentence(command) })),
    options: program.createHelp().visibleOptions(program).map(toOption),
    places: program.registeredArguments.map((argument) => placeOf(argument.name(), argument.argChoices)),
  }
  const below = program.commands.filter((command) => visible.includes(command))
  return [node, ...below.flatMap((command) => commandTree(command, `${path} ${command.name()}`.trim()))]
}

function firstSentence(command: Command): string {
  return command.description() || `the commands of ${command.name()}`
}

function toOption(option: Option): OptionWords {
  const { short, long, description, required, optional, flags, argChoices } = option
  const value = /[<[]([a-z:-]+)/.exec(flags)?.[1] ?? ''
  return {
    names: [long, short].filter((name) => name !== undefined && name !== null),
    words: description,
    value: required || optional ? placeOf(value, argChoices) : undefined,
  }
}

function placeOf(name: string, choices: readonly string[] | undefined): Place {
  if (choices !== undefined) return { kind: 'choice', choices }
  if (name === 'hold') return { kind: 'hold' }
  return PATH_VALUES.test(name) ? { kind: 'path' } : { kind: 'word' }
}
