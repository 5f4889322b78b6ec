"""Lines that no page should try to hold."""
from planted import OUTPUT, token, write_scores

write_scores()
T = token()
FILES = {
    'line.txt': 'x' * 1_000_100 + T,
    'marks.txt': 'a' + '\u0301' * 300_000 + T,
    'tags.txt': '<b>' * 100_000 + T,
    'controls.txt': '\x1b[2J' * 50_000 + T,
    'detailed_results.html': '&' * 100_000 + T,
}
for name, content in FILES.items():
    with open(f'{OUTPUT}/{name}', 'w') as file:
        file.write(content)
print('y' * 200_000 + T)
