"""An honest scores file, and one that takes its place on some systems."""
from planted import OUTPUT, token, write_scores

write_scores()
with open(OUTPUT + '/Scores.json', 'w') as twin:
    twin.write('{"accuracy": 1, "text": "' + token() + '"}')
