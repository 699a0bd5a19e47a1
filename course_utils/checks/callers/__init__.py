"""How a check reaches a learner's answer: only through a `Caller`.

A check sits on the trusted side, the answer on the other.  Between them cross values only: None, bool, int, float,
complex, str, bytes, numeric and text arrays, lists, tuples, dicts and sets of these.  Any other object stays where it
is and is spoken of by a `Handle`.  Functions of ours that are handed in are called back.  Two places to be:

    InProcess                    in the notebook: quick, friendly, and not safe against somebody who means harm
    Sandboxed (in `classroom`)   a kernel in a sandbox, and in it an InProcess: the same protocol over a wire

A `Caller` has these members; what it returns is an `Outcome`, and it never raises because of student code.

    has(name)                                   is there such a name over there?  -> bool
    uses(name)                                  the global names in the learner's code behind it
    read(name, limit=)                          the value of a name, or a Handle
    call(target, args, options, limit=, memory=)   call a name or a Handle
    attribute(handle, name, limit=)             an attribute: a value, or a Handle (a bound method, say) to call
    supply(names)                               put values or functions of ours under these names
    forbid(routes)                              what an answer may not go through, such as "torch.softmax" (`borrowing`)
    close()                                     end; names supplied and routes watched are as before

`Outcome` tells what happened: the value or the `Fault`, the arguments as they are after the call, printed text,
warnings, CPU time, peak memory, files written and forbidden routes taken.  Whatever the other side reports can lower
a mark and never raise it: values are compared here, and time and memory that it reports are never taken below what
was seen from outside, where something can be seen.

This package needs nothing else of `course_utils`, so a sandbox can hold it without holding any exercise.
"""

from .protocol import Caller, Fault, File, Handle, Outcome

__all__ = ["Caller", "Fault", "File", "Handle", "Outcome"]
