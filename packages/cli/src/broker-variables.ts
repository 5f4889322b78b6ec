/** What is said to a hub of its broker and its workers. Passwords are in them: in the environment, and of the hub alone. */
export const BROKER_VARIABLES: readonly string[] = [
  'SCOREGATE_AMQP',
  'SCOREGATE_AMQP_MANAGEMENT',
  'SCOREGATE_AMQP_FOR_WORKERS',
  'SCOREGATE_HUB_FOR_WORKERS',
]
