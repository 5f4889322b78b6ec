/** Whether a host name, as `URL` writes it, is this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

/**
 * Why the desk does not call an address, in a sentence; undefined when it may. A desk stands inside the network of its
 * site: it calls the hosts that the site's policy lists, each with its port, and nothing else.
 */
export function webhookRefusal(address: string, allowedHosts: readonly string[]): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return 'Write a whole address that begins with https://.'
  }
  if (url.username !== '' || url.password !== '')
    return 'An address with a name or a password in it is not called.'
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'Only https:// is called; http:// would be open to everybody on the way.'
  }
  return allowedHosts.includes(url.host)
    ? undefined
    : 'The policy of this site does not list this host (notices.webhook_hosts), so it is not called.'
}
