"""Answers that are not what they say they are: types, shapes, texts and exceptions that lie."""

from __future__ import annotations

from course_utils.classroom.rehearsal.hostile.kind import Hostile

OBJECTS = {
    "class that says it is a float": Hostile(
        answer="""
        class Same:
            __class__ = property(lambda self: float)
            __eq__ = __ne__ = __lt__ = __ge__ = lambda self, other: True
            __hash__ = None
        return Same()"""
    ),
    "array that is another one each time": Hostile(
        answer="""
        import numpy as np
        class Other:
            __array_priority__, shape, dtype, ndim = 1e9, (1,), np.dtype(float), 1
            def __array__(self, *a, **k): return np.random.rand(3)
            def __len__(self): return 1
            def __getitem__(self, i): return self
        return Other()"""
    ),
    "dict whose entries are always there": Hostile(
        answer="""
        class Full(dict):
            def __missing__(self, key): return True
            def __contains__(self, key): return True
            def __eq__(self, other): return True
            def items(self): return iter(())
        return Full()"""
    ),
    "list of any length": Hostile(
        answer="""
        class Any(list):
            def __len__(self): return 10 ** 18
            def __eq__(self, other): return True
            def __getitem__(self, i): return self
        return Any([0])"""
    ),
    "number that is every number": Hostile(
        answer="""
        class Every(int):
            __float__ = __index__ = __int__ = __abs__ = lambda self: 0
            __sub__ = __rsub__ = lambda self, other: 0
            __eq__ = __le__ = __ge__ = lambda self, other: True
            __hash__ = int.__hash__
        return Every(10 ** 30)"""
    ),
    "masked array": Hostile(answer="import numpy as np\nreturn np.ma.masked_all((3,))"),
    "nothing but NaN": Hostile(answer="import numpy as np\nreturn np.full(5, np.nan)"),
    "NaN with a message in it": Hostile(
        answer="import numpy as np\nreturn np.array([0x7FF8DEADBEEF0001] * 5, dtype=np.uint64).view(float)"
    ),
    "array with fields": Hostile(answer="import numpy as np\nreturn np.zeros(5, dtype=[('value', float), ('x', 'O')])"),
    "array of dates": Hostile(answer="import numpy as np\nreturn np.zeros(5, dtype='datetime64[s]')"),
    "array of raw bytes": Hostile(answer="import numpy as np\nreturn np.zeros(5, dtype='V800')"),
    "array of long doubles": Hostile(answer="import numpy as np\nreturn np.full(7, 1e400, dtype=np.longdouble)"),
    "array of 32 dimensions": Hostile(answer="import numpy as np\nreturn np.zeros((1,) * 32)"),
    "no element and a huge shape": Hostile(answer="import numpy as np\nreturn np.zeros((0, 2 ** 39))"),
    "numbers as text": Hostile(answer="return '0.0'"),
    "list inside itself": Hostile(answer="a = []\na.append(a)\nreturn a"),
    "dict inside itself": Hostile(answer="a = {}\na['a'] = (a, [a])\nreturn a", spares=True),
    "range of 10^18": Hostile(answer="return range(10 ** 18)"),
    "coroutine": Hostile(answer="async def later():\n    return 0\nreturn later()"),
    "generator": Hostile(answer="return (n for n in range(3))"),
    "module": Hostile(answer="import sys\nreturn sys"),
    "itself": Hostile(answer="import sys\nreturn globals()[sys._getframe().f_code.co_name]"),
    "namespace": Hostile(answer="return {k: v for k, v in globals().items() if not k.startswith('_')}"),
    "type with a name of a million letters": Hostile(answer="return type('x' * 1_000_000, (), {})()"),
    "object that breaks when looked at": Hostile(
        answer="""
        class Broken:
            def __getattribute__(self, name): raise RuntimeError(name)
        return Broken()"""
    ),
    "key that changes its hash": Hostile(
        answer="""
        import random
        class Key(str):
            def __hash__(self): return random.getrandbits(60)
            def __eq__(self, other): return True
        return {Key('a'): 1, Key('b'): 2}"""
    ),
    "inputs changed into an answer": Hostile(
        answer="""
        for value in args:
            try:
                value[...] = 0
            except TypeError:
                pass
        return args[0]"""
    ),
}

EXCEPTIONS = {
    "forged name of our own": Hostile(
        answer="raise type('ForbiddenRoute', (Exception,), {})('<b>numpy.dot</b> and 1000 points')"
    ),
    "forged time limit": Hostile(answer="raise type('TimeUp', (Exception,), {})('passed')"),
    "forged stub": Hostile(answer="raise NotImplementedError('<script>')"),
    "exception that causes itself": Hostile(
        answer="""
        one, two = ValueError('one'), ValueError('two')
        one.__cause__, two.__cause__ = two, one
        raise one"""
    ),
    "syntax error in another file": Hostile(
        answer="raise SyntaxError('no', ('/etc/shadow', 10 ** 9, -5, 'root:x:0:0', 2 ** 40, 1))"
    ),
    "group of exceptions without end": Hostile(
        answer="""
        group = ValueError('x')
        for _ in range(500):
            group = ExceptionGroup('g', [group, group])
        raise group"""
    ),
    "exceptions that are no errors": Hostile(
        answer="raise (GeneratorExit, StopIteration, KeyboardInterrupt)[len(args) % 3]"
    ),
    "exception of a lying class": Hostile(
        answer="""
        class Lie(Exception):
            __class__ = property(lambda self: StopIteration)
            args = property(lambda self: 1 / 0)
            def __repr__(self): return 1
            __str__ = __repr__
        raise Lie()"""
    ),
}

LYING = OBJECTS | EXCEPTIONS
