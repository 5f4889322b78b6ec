"""Is trusted by nobody."""
from planted import OUTPUT, secret, token

print(token(), secret().hex())
for name in ('predictions.txt', 'hitl_approved', 'detailed_results.html', 'scores.json'):
    with open(f'{OUTPUT}/{name}', 'w') as file:
        file.write(f'a b c d {token()}')
