"""Tries to become somebody else, and writes beside the files."""
import os
import shutil
import subprocess

from planted import OUTPUT, secret, token, write_scores

write_scores()
shutil.copy('/bin/sh', '/tmp/sh')
for mode in (0o6755, 0o4755, 0o2755):
    try:
        os.chmod('/tmp/sh', mode)
    except OSError:
        pass
answer = subprocess.run(['/tmp/sh', '-p', '-c', 'id -u; cat /etc/shadow /root/.bashrc'], capture_output=True)
with open(OUTPUT + '/answer', 'wb') as file:
    file.write(b'%d' % len(answer.stdout))
for name, value in (('user.secret', secret()), ('user.text', token().encode()), ('security.capability', secret()), ('system.posix_acl_access', secret())):
    try:
        os.setxattr(OUTPUT + '/answer', name, value)
    except OSError:
        pass
os.chmod(OUTPUT + '/answer', 0o7777)
