import { tables } from './bash.ts'
import type { CommandNode } from './command-tree.ts'
import { quoted } from './quote.ts'

/** The completion for zsh, to be read with `source <(scoregate completion zsh)` or kept as `_scoregate` on the fpath. */
export function zshCompletion(tree: readonly CommandNode[]): string {
  return `#compdef scoregate
# scoregate: completion for zsh. source <(scoregate completion zsh)
${tables(tree)}
_scoregate_described() {
  reply=()
  case "$1" in
${tree.map(({ path, subcommands, options }) => described(path, [...subcommands.map(({ name, words }) => [name, words] as const), ...options.flatMap(({ names, words }) => names.map((name) => [name, words] as const))])).join('\n')}
  esac
}
_scoregate() {
  local at= word value= cur=$words[CURRENT] i
  local -i places=0
  local -a reply
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    if [[ -n $value ]]; then value=; continue; fi
    case $word in
      -*) value=$(_scoregate_value "$at" "$word") ;;
      *)
        if [[ " $(_scoregate_subcommands "$at") " == *" $word "* ]]; then at=\${at:+$at }$word
        else places+=1; fi ;;
    esac
  done
  if [[ -z $value ]]; then
    _scoregate_described "$at"
    _describe -t commands scoregate reply && [[ $cur == -* || -n $(_scoregate_subcommands "$at") ]] && return
    value=$(_scoregate_place "$at" "$places")
  fi
  case $value in
    'choice '*) compadd -- \${=value#choice } ;;
    hold) compadd -- \${(f)"$(scoregate completion hold-ids 2>/dev/null)"} ;;
    path) _files ;;
  esac
}
compdef _scoregate scoregate
`
}

function described(path: string, words: readonly (readonly [string, string])[]): string {
  const list = words.map(([name, text]) => quoted(`${name}:${text.replaceAll(':', '\\:')}`))
  return `    ${quoted(path)}) reply=(${list.join(' ')}) ;;`
}
