"""Notebooks that look for answers, marks and other people's work, and texts that confuse a page."""

from __future__ import annotations

from course_utils.classroom.rehearsal.hostile.kind import ZERO, Hostile
from course_utils.classroom.rehearsal.madeup import answer_cells


def _no_answers(document: dict) -> None:
    for each in answer_cells(document).values():
        each["source"] = "pass"


LOOKING = {
    "reads other files": Hostile(
        answer="""
        import itertools, os
        places = ['/srv', '/home', '/root', '/etc', '/course', '/tmp', '/proc/1/root', '/proc/self/cwd', '..', '/var']
        walks = itertools.chain(*(itertools.islice(os.walk(place), 200) for place in places))
        found = [p for folder, _, names in walks for p in (folder + '/' + name for name in names)
                 if 'solutions' in p or 'shadow' in p or 'gradebook' in p or 'lessons' in p
                 or 'grades.csv' in p or 'ssh' in p or p.endswith('.ipynb') or 'seed.txt' in p]
        return found and open(found[0]).read()"""
    ),
    "imports the answers": Hostile(
        answer="""
        import importlib, sys
        for name in ('registry', 'lessons.l04_linear_regression', 'exercise', 'judging.judge', 'lessons'):
            try:
                module = importlib.import_module('course_utils.checks.' + name)
            except ImportError:
                continue
            if name == 'registry':
                mine = sys._getframe().f_code.co_name
                return next(e.reference for e in module.every() if e.name == mine)(*args, **options)
        from course_utils import classroom
        return classroom"""
    ),
    "writes to the gradebook": Hostile(
        answer="""
        import contextlib, sqlite3
        for place in ('/', '/course/', '/tmp/', '../', '/srv/', '/home/', '/root/', './'):
            with contextlib.suppress(Exception):
                base = sqlite3.connect(place + 'gradebook.db')
                base.execute('create table grade (auto_score real)')
                base.execute('insert into grade values (1000)')
                base.commit()
            for name in ('grades.csv', 'results.json', 'course-was-here'):
                with contextlib.suppress(Exception):
                    open(place + name, 'w').write('student,score\\n')
        return 0"""
    ),
    "calls the network": Hostile(
        answer="""
        import socket, urllib.request
        for address in (('127.0.0.1', 80), ('10.0.0.1', 53), ('192.0.2.1', 443)):
            try:
                socket.create_connection(address, timeout=0.5)
                return 'connected'
            except OSError:
                pass
        try:
            return urllib.request.urlopen('http://example.org', timeout=0.5).read()
        except OSError:
            raise RuntimeError('no network') from None"""
    ),
    "becomes root": Hostile(
        answer="""
        import contextlib, ctypes, os
        libc = ctypes.CDLL(None)
        with contextlib.suppress(OSError):
            os.setuid(0)
        libc.unshare(0x10000000)
        libc.mount(b'none', b'/', b'tmpfs', 0, None)
        libc.ptrace(16, 1, 0, 0)
        with contextlib.suppress(OSError):
            os.chroot('/tmp')
        with contextlib.suppress(OSError):
            open('/proc/sys/kernel/core_pattern', 'w').write('|/tmp/x')
        return 1000 if os.getuid() == 0 and os.access('/etc/shadow', os.R_OK) else 0"""
    ),
    "shell": Hostile(
        first=ZERO
        + """
get_ipython().system('rm -rf / ; touch /course-was-here ; cat /etc/passwd')
get_ipython().run_cell_magic('bash', '', 'kill -9 1; rm -rf /course')"""
    ),
    "borrows the library's answer": Hostile(
        first="""
        from course_utils.affine import affine_forward
        stored = affine_forward
        """,
        answer="return stored(args[0], args[1][:, None], np.array([args[2]]))[0][:, 0]",
        spares=True,
    ),
}

TEXTS = {
    "markup in messages": Hostile(answer="raise ValueError('<script>alert(1)</script><img src=x onerror=alert(2)>')"),
    "odd letters in messages": Hostile(
        answer="""
        print('\\ud800 \\x1b[31m \\u202e right to left \\x00')
        raise ValueError('\\udfff \\x00 \\u2066')"""
    ),
    "very long message": Hostile(answer="raise ValueError('x' * 5_000_000)"),
    "exception with a hostile name": Hostile(
        answer="""
        raise type('<b>' + 'E' * 100_000, (Exception,), {'__str__': lambda self: 1})()"""
    ),
    "cell that cannot be parsed": Hostile(first="(" * 5000, spares=True),
    "no answers at all": Hostile(change=_no_answers),
}
