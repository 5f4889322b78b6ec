/** The commented policy that `npm start` writes into a new data folder. */
export const STARTER_POLICY = `# The rules of this site. Scoregate reads this file when the desk starts; an error in it names its line.
# Every key, with examples: docs/policy.md.
version: 1

# Shown to reviewers.
site: Trying Scoregate out

review:
  # always: a person looks at every result, whatever the organizer asked for. A site with real data should use this;
  #         it is also what holds when this line is missing.
  # when-asked: results of competitions that ask for data-side review are held, others are published at once.
  required: when-asked
  # What nobody has decided by then is not released: 30s, 15m, 24h, 7d.
  timeout: 24h

# Which image of this machine stands for a name that a competition uses; the first line that matches counts, and a name
# that nothing matches is refused. "*" stands for anything. Here every name is allowed: a container engine must have
# the image (it is never fetched for a run), and bubblewrap uses this machine's own programs, read-only.
images:
  "*": { engine: "*", bubblewrap: host }

limits:
  memory: 2GiB
  cpus: 1
  output: 1GiB
`
