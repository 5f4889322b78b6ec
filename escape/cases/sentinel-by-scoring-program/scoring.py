"""Approves itself: writes every marker that a gate might look for, beside its scores and all around."""
import os

from planted import OUTPUT, secret, token, write_scores

MARKERS = [
    'hitl_approved', '.hitl_approved', 'hitl_approved.txt', 'approved', 'approve', 'released',
    'release', 'validated', 'ok', 'done', '.approved', 'decision', 'decision.json', 'manifest.json', 'receipt.json',
]
PLACES = [OUTPUT, OUTPUT + '/..', '/app', '/app/shared', '/app/program', '/app/input', '/app/input/res', '/tmp', '/dev/shm', '/', '/run', '/var/tmp']

write_scores()
with open(OUTPUT + '/detailed_results.html', 'w') as page:
    page.write(token())
with open(OUTPUT + '/labels.bin', 'wb') as labels:
    labels.write(secret())
for place in PLACES:
    for marker in MARKERS:
        try:
            with open(os.path.join(place, marker), 'x') as file:
                file.write('{"decision": "approve"}')
        except OSError:
            pass
