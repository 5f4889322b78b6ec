"""Names files as no honest program would."""
from planted import OUTPUT, secret, write_scores

write_scores()
planted = secret().hex().encode()
for name in (b'..\\..\\%s', b'%s.', b'c:%s', b' %s', b'%s ', b'%s\n', b'\x1b[2J%s', b'%s\xff\xfe', b'%s\xe2\x80\xae', b'-rf %s', b'~%s', b'con.%s'):
    with open(OUTPUT.encode() + b'/' + name % planted, 'w') as file:
        file.write('x')
