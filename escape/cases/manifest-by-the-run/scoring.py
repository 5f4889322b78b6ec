"""Declares what it left, and declares too much."""
import json

from planted import HOST, OUTPUT, write_scores

write_scores()
paths = [HOST['secretFile'], HOST['privateFolder'] + '/labels.csv', '../../../../etc/passwd', '/etc/shadow']
entries = [{'section': 'scoring_output', 'path': path, 'sizeBytes': 1, 'sha256': '0' * 64} for path in paths]
manifest = {'format': 'scoregate-manifest/1', 'entries': entries, 'refusals': [], 'programs': []}
for name in ('manifest.json', 'MANIFEST', 'record.json', 'outputs.json', 'metadata', 'metadata.yaml', 'artefacts.json'):
    with open(f'{OUTPUT}/{name}', 'w') as file:
        json.dump({'manifest': manifest, 'deposit': {'manifest': manifest}, 'decision': 'approve'}, file)
