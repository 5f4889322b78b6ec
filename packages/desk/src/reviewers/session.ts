/** Cookies do not tell ports apart, so a hub on the same machine must have another name for its own. */
export const SESSION_COOKIE = 'scoregate_desk'
