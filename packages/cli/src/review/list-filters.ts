import { HoldListName } from '@scoregate/desk/hold-api'
import {
  DecidedState,
  FindingFilter,
  type inboxSearch,
  SortKey,
  SortOrder,
} from '@scoregate/desk/inbox-query'
import { type Command, Option } from 'commander'

/** The filters and the order of the inbox, as options. */
export type ListFilters = Omit<Parameters<typeof inboxSearch>[0], 'before' | 'from'>

/** Adds the options that choose holds and put them in order. */
export function withFilters(command: Command): Command {
  return command
    .addOption(new Option('--list <name>', 'which list').choices(HoldListName.options).default('waiting'))
    .option('--competition <part>', 'only with this in the name of the competition')
    .option('--participant <part>', 'only with this in the name of the participant')
    .option('--worker <part>', 'only with this in the name of the worker')
    .addOption(new Option('--state <state>', 'only in this state').choices(DecidedState.options))
    .addOption(new Option('--finding <what>', 'only where this was found').choices(FindingFilter.options))
    .option('--older <duration>', 'only what arrived so long ago or longer: 30m, 6h, 2d')
    .addOption(new Option('--sort <by>', 'sort by').choices(SortKey.options))
    .addOption(new Option('--order <way>', 'which way round').choices(SortOrder.options))
}
