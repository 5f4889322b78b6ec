import type { CommandNode, OptionWords, Place } from './command-tree.ts'
import { quoted } from './quote.ts'

/** The completion for bash, to be read with `source <(scoregate completion bash)`. */
export function bashCompletion(tree: readonly CommandNode[]): string {
  return `# scoregate: completion for bash. source <(scoregate completion bash)
${tables(tree)}
_scoregate() {
  local cur=\${COMP_WORDS[COMP_CWORD]} path= word places=0 value= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ -n $value ]]; then value=; continue; fi
    case $word in
      -*) value=$(_scoregate_value "$path" "$word") ;;
      *)
        if [[ " $(_scoregate_subcommands "$path") " == *" $word "* ]]; then path=\${path:+$path }$word
        else places=$((places + 1)); fi ;;
    esac
  done
  if [[ -z $value ]]; then
    case $cur in
      -*) COMPREPLY=($(compgen -W "$(_scoregate_options "$path")" -- "$cur")); return ;;
    esac
    COMPREPLY=($(compgen -W "$(_scoregate_subcommands "$path")" -- "$cur"))
    [[ \${#COMPREPLY[@]} -gt 0 ]] && return
    value=$(_scoregate_place "$path" "$places")
  fi
  case $value in
    'choice '*) COMPREPLY=($(compgen -W "\${value#choice }" -- "$cur")) ;;
    hold) COMPREPLY=($(compgen -W "$(scoregate completion hold-ids 2>/dev/null)" -- "$cur")) ;;
    path) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
  esac
}
complete -F _scoregate scoregate
`
}

/** The functions that answer what can stand where; zsh reads them as well. */
export function tables(tree: readonly CommandNode[]): string {
  const subcommands = tree.map(({ path, subcommands }) =>
    entry(path, subcommands.map(({ name }) => name).join(' ')),
  )
  const options = tree.map(({ path, options }) =>
    entry(path, options.flatMap(({ names }) => names).join(' ')),
  )
  const values = tree.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }: OptionWords) =>
      value === undefined ? [] : names.map((name) => entry(`${path} ${name}`, placeWord(value))),
    ),
  )
  const places = tree.flatMap(({ path, places }) =>
    places.map((place, at) => entry(`${path} ${at}`, placeWord(place))),
  )
  return [
    lookup('_scoregate_subcommands', '"$1"', subcommands),
    lookup('_scoregate_options', '"$1"', options),
    lookup('_scoregate_value', '"$1 $2"', values),
    lookup('_scoregate_place', '"$1 $2"', places),
  ].join('\n')
}

function lookup(name: string, key: string, entries: readonly string[]): string {
  return `${name}() {\n  case ${key} in\n${entries.join('\n')}\n  esac\n}`
}

function entry(key: string, words: string): string {
  return `    ${quoted(key)}) echo ${quoted(words)} ;;`
}

function placeWord(place: Place): string {
  return place.kind === 'choice' ? `choice ${place.choices.join(' ')}` : place.kind
}
