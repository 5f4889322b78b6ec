import type { CompetitionSummary, CompetitionView, PhaseView } from '../competitions/competition-view.ts'
import type { SubmissionAllowance } from '../submissions/submission-view.ts'

/** Codabench's spelling of competitions and phases (protocol reference, 3.4, and its serialised shapes). */
export function competitionSummaryShape(competition: CompetitionSummary) {
  return {
    id: competition.id,
    title: competition.title,
    created_by: competition.organizer.username,
    owner_display_name: competition.organizer.username,
    created_when: competition.createdAt.toISOString(),
    published: competition.published,
    participants_count: competition.participantsCount,
    submissions_count: competition.submissionsCount,
    logo: competition.logoHref ?? null,
    logo_icon: competition.logoHref ?? null,
    description: competition.description,
    competition_type: competition.competitionType,
    reward: competition.reward ?? null,
    contact_email: competition.contactEmail ?? null,
    report: null,
    is_featured: false,
  }
}

export function competitionShape(competition: CompetitionView) {
  const { leaderboard } = competition
  return {
    ...competitionSummaryShape({ ...competition, phaseNow: undefined }),
    terms: competition.terms,
    pages: competition.pages.map((page, index) => ({ id: index + 1, index, ...page })),
    phases: competition.phases.map((phase) => phaseShape(phase, undefined)),
    tasks: competition.tasks.map(({ id, key, name, description }) => ({ id, key, name, description })),
    // A hidden leaderboard is not shown to participants.
    leaderboards:
      leaderboard.hidden && !competition.isOrganizer ? [] : [leaderboardSettingsShape(competition)],
    collaborators: [],
    participant_status: competition.participation === 'none' ? null : competition.participation,
    registration_auto_approve: competition.registrationAutoApprove,
    // Its organizer alone learns it, and nobody how to reach its broker.
    queue:
      competition.queue === undefined ? null : { id: competition.queue.id, name: competition.queue.name },
    enable_detailed_results: competition.enableDetailedResults,
    show_detailed_results_in_submission_panel: competition.enableDetailedResults,
    show_detailed_results_in_leaderboard: false,
    auto_run_submissions: competition.submissionFlow.whenSubmissionArrives === 'run-at-once',
    human_in_the_loop: competition.submissionFlow.whenScoringEnds === 'hold-for-review',
    enable_human_in_the_loop: competition.submissionFlow.whenScoringEnds === 'hold-for-review',
    can_participants_make_submissions_public: false,
    make_programs_available: false,
    make_input_data_available: false,
    docker_image: competition.dockerImage,
    allow_robot_submissions: true,
    fact_sheet: null,
    forum_enabled: false,
    whitelist_emails: [],
  }
}

export function leaderboardSettingsShape({ leaderboard }: CompetitionView) {
  return {
    id: leaderboard.id,
    primary_index: leaderboard.primaryIndex,
    title: leaderboard.title,
    key: leaderboard.key,
    hidden: leaderboard.hidden,
    submission_rule: leaderboard.submissionRule,
    columns: leaderboard.columns.map(columnShape),
  }
}

export function columnShape(column: CompetitionView['leaderboard']['columns'][number]) {
  return {
    id: column.index,
    computation: column.computation ?? null,
    computation_indexes: column.computation === undefined ? null : column.computationIndexes.map(String),
    title: column.title,
    key: column.key,
    sorting: column.sorting,
    index: column.index,
    hidden: column.hidden,
    precision: column.decimals,
    range: column.range ?? null,
  }
}

const PHASE_STATUS = { upcoming: 'Next', running: 'Current', over: 'Previous' } as const

export function phaseShape(phase: PhaseView, allowance: SubmissionAllowance | undefined) {
  return {
    id: phase.id,
    index: phase.index,
    competition: phase.competitionId,
    start: phase.startsAt.toISOString(),
    end: phase.endsAt?.toISOString() ?? null,
    name: phase.name,
    description: phase.description,
    status: PHASE_STATUS[phase.state],
    execution_time_limit: phase.timeLimitSeconds,
    tasks: phase.tasks.map(({ id, key, name, description }) => ({
      id,
      value: key,
      key,
      name,
      description,
      task: key,
    })),
    has_max_submissions: phase.maxSubmissions > 0 || phase.maxSubmissionsPerDay > 0,
    max_submissions_per_day: phase.maxSubmissionsPerDay,
    max_submissions_per_person: phase.maxSubmissions,
    accepts_only_result_submissions: phase.acceptsOnlyResultSubmissions,
    public_data: phase.publicData === undefined ? null : { data_file: phase.publicData.href },
    starting_kit: phase.startingKit === undefined ? null : { data_file: phase.startingKit.href },
    used_submissions_per_day: allowance?.usedToday ?? 0,
    used_submissions_per_person: allowance?.used ?? 0,
  }
}
