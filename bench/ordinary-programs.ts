/** Writes predictions, as a participant's program does. */
export const PREDICTIONS = `
open('/app/output/predictions.txt', 'w').write('a b c d\\n')
`
/** Writes a score and one line. */
export const SCORES = `
import json
json.dump({'accuracy': 0.5}, open('/app/output/scores.json', 'w'))
print('scored')
`
/** Writes a page of detailed results, too. */
export const DETAILED = `${SCORES}
open('/app/output/detailed_results.html', 'w').write('<p>' + 'detail ' * 20000)
`
/** Writes 200 MB, too. */
// One random block over and over: making random bytes would take longer than all that is measured here.
export const LARGE = `${SCORES}
import os
block = os.urandom(1000000)
with open('/app/output/output.bin', 'wb') as output:
    for count in range(200):
        output.write(block)
`
