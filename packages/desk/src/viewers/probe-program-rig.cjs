// Tries what a confined program may not do, and writes what it could: connect to the port that it is given, read and write
// files, start a program.
'use strict'
const attempts = {
  connect: (port) =>
    new Promise((resolve, reject) => {
      const socket = require('node:net').connect({ port: Number(port), host: '127.0.0.1' }, resolve)
      socket.on('error', reject)
    }),
  read: async () => require('node:fs').readFileSync('/etc/hostname'),
  write: async () => require('node:fs').writeFileSync('/tmp/scoregate-probe', 'x'),
  start: async () => require('node:child_process').execFileSync('/bin/true'),
}

async function probe() {
  const could = []
  for (const [name, attempt] of Object.entries(attempts))
    await attempt(process.argv[2]).then(
      () => could.push(name),
      () => undefined,
    )
  process.stdout.write(`could: ${could.join(' ')}`, () => process.exit(0))
}

process.stdin.resume().on('end', probe)
