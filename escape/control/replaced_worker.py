"""Does with a job what the worker that this project replaces does with it, as far as data leaves by it.

The control of the escape suite (docs/escape-suite.md has the list W1 to W29). It runs in the place of a worker only in tests,
over planted data, and what it "sends" it prints, one JSON line for each piece.
Arguments: the folder of the job, and what a person says who is asked: approve or reject.
"""
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

JOB, PERSON = sys.argv[1:3]


def send(channel, content):
    content = content.encode() if isinstance(content, str) else content
    line = {'channel': channel, 'bytes': base64.b64encode(content).decode()}
    sys.__stdout__.write(json.dumps(line) + '\n')
    sys.__stdout__.flush()


def unpack(name):
    archive = os.path.join(JOB, name + '.zip')
    if not os.path.exists(archive):
        return None
    folder = os.path.join(JOB, name)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder


def run(program, mounts, output):
    """A room with the network of the host (W1), whose every folder is writable (W10), as root (W15); logs go out live (W5)."""
    binds = {'/app/program': program, '/app/output': output, '/app/private': os.path.join(JOB, 'private'), **mounts}
    room = ['bwrap', '--unshare-pid', '--die-with-parent', '--ro-bind', '/usr', '/usr', '--ro-bind', '/etc', '/etc']
    for name in ('bin', 'lib', 'lib64', 'sbin'):
        if os.path.islink('/' + name):
            room += ['--symlink', os.readlink('/' + name), '/' + name]
        elif os.path.isdir('/' + name):
            room += ['--ro-bind', '/' + name, '/' + name]
    room += ['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp']
    for target, source in binds.items():
        if source is not None and os.path.isdir(source):
            room += ['--bind', source, target]
    with open(os.path.join(program, 'metadata.yaml')) as metadata:
        command = metadata.read().split('command:', 1)[1].strip().split()
    room += ['--chdir', '/app/program', '--setenv', 'PATH', '/usr/local/bin:/usr/bin:/bin', '--', *command]
    ended = subprocess.run(room, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    send('body', ended.stdout)
    send('body', ended.stderr)
    return ended.returncode


def archive_of(folder):
    """Follows links, on the file system of the worker (W2)."""
    packed = shutil.make_archive(os.path.join(JOB, 'packed-' + os.path.basename(folder)), 'zip', folder)
    with open(packed, 'rb') as file:
        return file.read()


def scores_of(output):
    """Through links (W3), every key and digit (W24); scores.txt by a loader that runs what it is told to (W11)."""
    path = os.path.join(output, 'scores.json')
    if os.path.exists(path):
        return open(path, 'rb').read()
    text = open(os.path.join(output, 'scores.txt'), 'rb').read().decode('utf8', 'surrogateescape')
    # Of all that such a loader can be told, here the one thing that the suite tells it: to read a file.
    told = re.search(r"!!python/object/apply:\S+ .*open\('([^']+)'\)", text)
    return open(told.group(1), 'rb').read() if told else text.encode('utf8', 'surrogateescape')


def main():
    program, submission = unpack('scoringProgram'), unpack('submission')
    reference, data, ingestion = unpack('referenceData'), unpack('inputData'), unpack('ingestionProgram')
    predictions, output = os.path.join(JOB, 'predictions'), os.path.join(JOB, 'output')
    os.mkdir(predictions)
    os.mkdir(output)
    first = ingestion or (submission if os.path.exists(os.path.join(submission, 'metadata.yaml')) else None)
    if first is None:
        predictions = submission
    else:
        # The private data of the worker is in every room (W8), and the exit code is not looked at (W29).
        run(first, {'/app/ingested_program': submission, '/app/input_data': data}, predictions)
        send('body', archive_of(predictions))  # ungated (W6)
    code = run(program, {'/app/input/ref': reference, '/app/input/res': predictions}, output)
    if code != 0:
        send('body', f'Exit code {code}')  # all eight bits of it (W24)
        return
    # A file that the run can write decides, before any person does.
    is_approved = os.path.exists(os.path.join(output, 'hitl_approved')) or PERSON == 'approve'
    if os.path.exists(os.path.join(output, 'hitl_rejected')) or not is_approved:
        return
    for name in os.listdir(output):
        if name.endswith('.html'):
            send('body', open(os.path.join(output, name), 'rb').read())
    send('body', scores_of(output))
    send('body', archive_of(output))


try:
    main()
except Exception as error:  # Its text goes up (W7).
    send('body', repr(error))
