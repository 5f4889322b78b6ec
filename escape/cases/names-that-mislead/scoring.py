"""Names that a person reads as other names; as files, and as keys of scores."""
import json
import os

from planted import OUTPUT, PROGRAM, bits, token

NAMES = [
    'scores\u202egpj.exe', 'sc\u043eres', 'auc\u200b', '\ufeffaccuracy', 'a' + '\u0301' * 500, 'accuracy\u2066\u2069', '\u200f0.99',
    'x\u00ad', '\u061cabc', 'line\nbreak', '\x1b[31mred', 'tab\there', 'label' + ''.join('\u200b' if bit else '\u200c' for bit in bits()),
    token()[:4] + '\u2060' + token()[4:], 'w' * 5000,
]
what = open(os.path.join(PROGRAM, 'what.txt')).read()
with open(OUTPUT + '/scores.json', 'w') as scores:
    json.dump({'accuracy': 0.5, **{name: 1 for name in NAMES}}, scores, ensure_ascii=False)
with open(OUTPUT + '/log.txt', 'w') as log:
    log.write('\n'.join(NAMES))
if what == 'names':
    for name in NAMES:
        try:
            open(f'{OUTPUT}/{name}', 'w').close()
        except OSError:
            pass
