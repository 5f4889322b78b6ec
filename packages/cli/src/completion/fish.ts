import type { CommandNode, OptionWords, Place } from './command-tree.ts'
import { quotedForFish as quoted } from './quote.ts'

/** The completion for fish, to be read with `scoregate completion fish | source`. */
export function fishCompletion(tree: readonly CommandNode[]): string {
  const paths = tree.map(({ path }) => path).filter((path) => path !== '')
  return `# scoregate: completion for fish. scoregate completion fish | source
set -g __scoregate_paths ${paths.map(quoted).join(' ')}
function __scoregate_at
    set -l at
    for word in (commandline -opc)[2..]
        if contains -- (string join ' ' $at $word) $__scoregate_paths
            set -a at $word
        end
    end
    test "$argv[1]" = (string join ' ' -- $at)
end
function __scoregate_holds
    scoregate completion hold-ids 2>/dev/null
end
complete -c scoregate -f
${tree.flatMap(linesOf).join('\n')}
`
}

function linesOf({ path, subcommands, options, places }: CommandNode): string[] {
  const here = `complete -c scoregate -n ${quoted(`__scoregate_at ${quoted(path)}`)}`
  return [
    ...subcommands.map(({ name, words }) => `${here} -a ${quoted(name)} -d ${quoted(words)}`),
    ...options.map((option) => `${here}${optionFlags(option)} -d ${quoted(option.words)}`),
    ...places.flatMap((place) => {
      const from = valuesOf(place)
      return from === undefined ? [] : [`${here} ${from}`]
    }),
  ]
}

function optionFlags({ names, value }: OptionWords): string {
  const flags = names.map((name) =>
    name.startsWith('--') ? ` -l ${quoted(name.slice(2))}` : ` -s ${quoted(name.slice(1))}`,
  )
  // Only a path may be a file of the folder that one is in.
  const from = value === undefined ? '' : `${value.kind === 'path' ? ' -r' : ' -x'} ${valuesOf(value) ?? ''}`
  return `${flags.join('')}${from.trimEnd()}`
}

/** Where the values of a place come from; undefined where nothing can be guessed. */
function valuesOf(place: Place): string | undefined {
  switch (place.kind) {
    case 'choice':
      return `-a ${quoted(place.choices.join(' '))}`
    case 'hold':
      return `-a '(__scoregate_holds)'`
    case 'path':
      return '-F'
    case 'word':
      return undefined
  }
}
