"""Every sentence the machinery itself says to a learner, in one place, so that another language edition can be drawn.

Placeholders in braces are filled by `say`.  Messages of misconceptions and hints stand with their exercise.
"""

from __future__ import annotations

from typing import Any

ENGLISH = {
    # verdicts
    "pass": "PASS",
    "not yet": "NOT YET",
    "try again": "TRY AGAIN",
    "headline": "{verdict} {id} {title}: {points}",
    "points": "{points} of {most}",
    "passed": "Right on all {count} random cases.",
    "passed one": "Right.",
    "passed value": "Right.",
    # not yet
    "missing": "There is no `{name}` yet. Run the cell that defines it, then this one again.",
    "stub": "`{name}` still raises NotImplementedError. Write your answer in its place, run that cell, then this one.",
    "empty value": "`{name}` is still None. Put your answer there, run that cell, then this one.",
    "empty form": "Nothing is filled in yet in `{name}`. Put your answers in, run that cell, then this one.",
    "not callable": "`{name}` is {type}, and a {wanted} was expected. Did another cell reuse the name?",
    "not a choice": "`{name}` is {received}. Choose one of: {choices}, as text in quotes: '{first}'.",
    # the cell itself stopped, or the name is another
    "cell unread": "The cell of `{name}` did not run: Python could not read it, so nothing new is there to check.",
    "cell stopped": "The cell of `{name}` stopped before `{name}` was made, so nothing new is there to check.",
    "cell said": "Python says: {said}.",
    "cell below": "Its cell stopped below it, in line {line}, with {said}. Has a line there lost its indent?",
    "cell line": "In line {line} of the cell: `{row}`",
    "slip sign": "Line {line}, column {column} has the sign {sign}. Put {put} there.",
    "slip signs": "Also: {others}.",
    "slip keyboard": "Switch the keyboard to English for code.",
    "slip block": "Line {line} has lost its indent: what belongs to the {what} of line {opened} stands four spaces "
    "further in than that line.",
    "slip indent": "Line {line} stands further in than the line before it, but nothing there opens a block. Begin it "
    "where its neighbours begin.",
    "slip unindent": "Line {line} begins where no block above begins. Lines of one block begin in the same column.",
    "slip tabs": "Line {line} is indented with tabs where others have spaces. Use four spaces everywhere.",
    "slip outside": "Line {line} has a `{what}` outside of the function: has it, or a line above it, lost its indent?",
    "slip outside loop": "Line {line} has a `{what}` outside of the loop: has it, or a line above it, lost its indent?",
    "slip equals": "Line {line}: one `=` gives a name to a value. Whether two are equal is asked with `==`.",
    "slip colon": "A colon `:` is missing at the end of line {line}.",
    "slip open": "The `{what}` in line {line} is never closed. Count the brackets.",
    "slip unmatched": "The `{what}` in line {line} closes nothing: one too many, or the opening one is missing.",
    "slip pair": "In line {line} a `{what}` closes what was opened with `{opened}`.",
    "slip return": "Line {line}: behind `return` stands the value alone, without `=`.",
    "slip percent": "Line {line}: `%` is no percentage in Python (it gives the rest of a division). A percentage is an "
    "ordinary number.",
    "slip times": "Line {line}: multiplication is `*`, not the letter x.",
    "slip order": "Line {line}: `>=` and `<=` have their `=` behind.",
    "slip backslash": "Line {line}: a backslash is no division. Write `/`.",
    "slip product": "Line {line}: a number and a name stand side by side. A product needs its sign: `2 * x`. (A name "
    "cannot begin with a digit.)",
    "slip quote": "The text that begins in line {line} has no closing quote.",
    "slip inner quote": "In line {line} a quote stands inside the quotes, so the text ends there. Put the other "
    'kind outside: `\'say "no"\'` or `"it\'s"`. Where a text has both kinds, a backslash comes before the inner one: '
    "`\\'`.",
    "renamed": "There is `{other}` in your notebook: is it the answer under another name? It must be called `{name}`.",
    "class for function": "`{name}` is a class; a function was expected: `def {name}(...)`, with a `return`.",
    "function for class": "`{name}` is a function; a class was expected: `class {name}:`.",
    # the same for whoever reads it on a page, away from the notebook (`on_page`)
    "page missing": "There is no `{name}` at the end of your notebook. Is it defined under that name, and does the "
    "cell that defines it run to its end?",
    "page stub": "`{name}` still raises NotImplementedError: your answer goes in its place.",
    "page empty form": "Nothing is filled in yet in `{name}`: your answers go there.",
    "page empty value": "`{name}` is still None: your answer goes there.",
    "page Stuck": "`{name}` did not finish within {limit} seconds and could not be stopped. Is there a loop or a wait "
    "that never ends?",
    # what can go wrong while it runs
    "TimeUp": "`{name}` did not finish within {limit} seconds, so it was stopped. Is there a loop that never ends?",
    "Stuck": "`{name}` did not finish within {limit} seconds and could not be stopped. Restart the kernel "
    "(menu Kernel, Restart), then look for a loop or a wait that never ends.",
    "SystemExit": "`{name}` called sys.exit (or exit, quit). A function gives its result with `return`; "
    "leave exit out.",
    "KeyboardInterrupt": "`{name}` raised KeyboardInterrupt. A function gives its result with `return`.",
    "RecursionError": "`{name}` calls itself without end. Which call should be the last?",
    "Dead": "Python itself ended while `{name}` ran. Leave out calls such as os._exit, and very large arrays.",
    "error": "`{name}` stopped with {kind}: {text}",
    "error no text": "`{name}` stopped with {kind}.",
    "error at": "It happened in {where}",
    # what libraries say, in words
    "error matmul": "In a product `@` (or np.dot) the last axis of the left side has length {left}, and the axis of "
    "the right side that meets it has {right}: they must be equal. Is a transpose `.T` missing, or are the sides "
    "exchanged?",
    "error matmul number": "`@` multiplies arrays, and one side is a single number here. For numbers use `*`.",
    "error broadcast": "Arrays of shapes {one} and {other} cannot be combined element by element: counted from the "
    "last axis, lengths must be equal, or one of them 1.",
    "error keepdims": "An axis is missing in {short}: `keepdims=True` in the sum, mean or max keeps axis {axis} with "
    "length 1 (or put it back with None).",
    "error assign": "An array of shape {one} does not fit into a place of shape {other}. Which axis has another "
    "length?",
    "error in place": "`+=` and its kind write into the array on the left, of shape {one}, but the result has shape "
    "{other}. Write `a = a + b`, or look why the shapes differ.",
    "error einsum": "In einsum each array has one letter for each of its axes, and the same letter always stands for "
    "the same length. Count the axes of each array.",
    "error axis": "There is no axis {axis}: axes are counted from 0, and the number of axes is {axes}. Is it the "
    "array you think?",
    "error index": "Index {index} does not exist: axis {axis} has length {size}, and counting begins at 0. Does the "
    "loop go one step too far, or over another axis?",
    "error indices": "{asked} indices were given, one for each axis, but the array has fewer: {axes}. Print its shape.",
    "error range": "An index lies behind the end. Counting begins at 0, so the last index is the length minus 1.",
    "error rows": "`[i, j]` is for arrays. A list of lists is asked `[i][j]`; np.array(...) makes an array of it.",
    "error join": "With a list, `+` joins two lists and `*` repeats one. A value is added with `append`; numbers are "
    "computed one by one.",
    "error list": "A list cannot be computed with as a whole, an array can. Go through its numbers one by one: "
    "`[... for v in values]`.",
    "error text": "One of the two is text. `float(...)` makes a number of it, and `str(...)` or an f-string makes text "
    "of a number.",
    "error uncalled": "A function itself stands there, not what it gives: are the round brackets `(...)` missing "
    "behind its name, or square ones in their place?",
    "error module": "There is no `{what}` among the packages of this course. Is it spelled right? Every exercise can "
    "be done without others.",
    "error file": "There is no file of that name. Does the path come in as an argument? Then use it as it is, without "
    "quotes.",
    "error init": "A class took no arguments. Is `__init__` spelled so, with two underscores on each side, and "
    "indented as part of the class?",
    "error of self": "In a class, what belongs to the object begins with `self.`: is `self.{what}` meant? (What later "
    "calls need is made in `__init__`, by `self.{what} = ...`.) If not: is `{what}` spelled as where it is made?",
    "error lacking": "An object of this class has no `.{what}`. Is it made in `__init__`, as `self.{what} = ...`, or "
    "defined as `def {what}(self, ...)`? Names must be spelled as in the task.",
    "error mask": "A mask of True and False must be as long as the axis that it chooses from.",
    "error scalar": "A function for one number got a whole array: `math.exp`, `float` and `int` take one number. "
    "NumPy's own (`np.exp`) work on all elements.",
    "error cast": "The result of `{what}` is {one}, but it was to be written into an array of {to}, which cannot "
    "hold it. Write `a = a + b` in place of `a += b`, or begin with an array of float.",
    "error shape": "A shape is one argument, a tuple: `np.zeros((n, m))`, with brackets of its own.",
    "error power": "`^` is no power in Python: it compares the bits of whole numbers. A power is `**`.",
    "error scalar index": "A single number has no places: `[...]` was put behind one. A maximum or sum along the only "
    "axis is a number; with `keepdims=True` it stays an array.",
    "error missing": "A function was called without {what}. Which arguments does its definition ask for?",
    "error given": "A function takes {takes}, and {given} came. Compare the call with the definition.",
    "error self": "In a class, the object itself comes first: is `self` missing in the definition?",
    "error keyword": "The function has no option `{what}`. Compare with its definition, letter by letter.",
    "error None": "Something is None where a value was expected. Often a function lacks its `return`, or it changes "
    "things in place and returns nothing, as `list.append` and `list.sort` do.",
    "error too many": "On the left side of `=` stand {wanted} names, and on the right are more things. Count what "
    "comes from there: the results of a function, or the pieces of a `split`.",
    "error too few": "On the left side of `=` stand {wanted} names, and on the right only {got}. Count what "
    "comes from there: the results of a function, or the pieces of a `split` (a text without its sign, an empty line "
    "too, is one piece).",
    "error truth": "`if`, `and`, `or` and `not` want one True or False, and got an array of them. Use np.where, `&`, "
    "`|`, `~`, or .any() and .all().",
    "error ragged": "An array needs rows of equal length, and one number in each place.",
    "error reshape": "{size} elements do not fill the shape {shape}: the product of its lengths must be the same.",
    "error concatenate": "Arrays that are put together must have the same length on all axes but the one they are "
    "joined along.",
    "error callable": "Something of the type {what} was called like a function. Is a `*` missing before a bracket, "
    "or is round where square belongs, or has a variable taken the name of a function?",
    "error attribute": "A {what} has no `.{name}`: only arrays have it. Make one with np.asarray(...) first.",
    "error dtype": "{what} was taken for a type of numbers. A shape is one argument, a tuple: `np.zeros((n, m))`.",
    "error iterable": "`for` goes through a list, an array or a `range`, and this is a single number. Counting to n "
    "is `for i in range(n)`.",
    "error whole": "An index is a whole number, and something else stands there. In `for v in x`, v is the entry "
    "itself: no index is needed.",
    "error logarithm": "The functions of `math` stop where there is no result: the logarithm of 0 or less, the root of "
    "less than 0. Which value came in? Treat it before the call.",
    "error solve": "`np.linalg.solve(M, v)` needs as many rows in v as M has: here M has {left} and v has {right}. "
    "Is M the product that you want, `X.T @ X` or `X @ X.T`?",
    "error foreign": "A function or object of ours was given something other than numbers and arrays, for instance a "
    "tensor. Give it plain numbers.",
    "error unpack": "Several results were to be taken apart, as `w, b`, and one object came. What stands behind "
    "`return`?",
    "error local": "`{what}` is used before it gets a value, on some path through the function.",
    "error name": "Nothing has the name `{what}` there. Is it spelled as where it is made, and made before it is used? "
    "A name from the lesson's notebook is not here: define or import it. If it is meant as text, it needs quotes: "
    "`'{what}'`.",
    "shape turned": "These are the same lengths in reverse order: is a transpose missing, or one too many?",
    "shape moved": "These are the same lengths in another order: has an axis moved?",
    "shape axis": "Only axis {axis} (counted from 0) differs: its length is {received}, not {expected}.",
    "shape one more": "An axis of length 1 is too many: `keepdims=True`, `[:, None]` and slices such as `[:1]` make "
    "one.",
    "shape one less": "An axis of length 1 is missing: `keepdims=True` or a slice keeps it, and None puts it back.",
    "shape square": "An array of shape ({n}, 1) against one of shape ({n},) gives ({n}, {n}): each with each. Give "
    "both the same shape.",
    "Unusable": "What `{name}` gave back could not be used further ({text}).",
    "borrowed": "The result comes from {routes}, which is the very thing to be written here. "
    "Write it yourself; the imported one is for comparing afterwards.",
    "loop": "The numbers are right, but there is a loop in your code (`map`, `reduce` and a function that calls itself "
    "go round too), and the task asks for none. "
    "Which operation on whole arrays does all rounds at once?",
    # what can be wrong with a result
    "printed": "`{name}` prints its result but returns nothing. Printing shows a value to people; "
    "`return` hands it to the program.",
    "nothing": "`{name}` returns nothing (None). Is a `return` missing, on some path perhaps?",
    "nothing in": "{where} is None; {expected} was expected.",
    "object": "`{name}` gives {received}; {expected} was expected.",
    "object in": "{where} is {received}; {expected} was expected.",
    "uncalled": "A function itself was handed over, not what it gives: are the brackets `()` missing behind its name?",
    "a comma": "A comma behind `return` makes a tuple: is there one too many?",
    "lazy": "It gives its values only when asked: `list(...)` around it makes a list.",
    "left over": "At `{where}` nothing was filled in: `np.empty` gives memory as it is, with what others left in it. "
    "`np.zeros` begins with 0.",
    "unclosed": "A file was opened and not closed. `with open(...) as file:` closes it for you.",
    "tensor": "Calculate with tensors if you like, and hand back `{way}` of the result.",
    "type": "`{name}` gives {received}; {expected} was expected.",
    "type in": "{where} is {received}; {expected} was expected.",
    "tuple": "`{name}` gives {received}; one array was expected. Is there a comma too many after `return`?",
    "keys": "The key {expected} is missing; there is: {received}.",
    "extra key": "There is a key that was not asked for: {received}.",
    "length": "`{name}` gives {received} instead of {expected}.",
    "length in": "{where} has {received} instead of {expected}.",
    "its shape": "{where} is the array itself. Asked is its shape: `.shape`.",
    "order of parts": "These are the right results in another order: you return {given}, and {asked} was asked.",
    "order of form": "You seem to return the right things in another order. In which order are they asked for?",
    "order": "These are the right values in another order. In which order are they asked for?",
    "shape": "The shape is {received}; {expected} was expected.",
    "shape unknown": "Is an axis missing, too many, or of another length?",
    "dtype": "The dtype is {received}; {expected} was expected.",
    "single": "The numbers are nearly right, but carry only the seven digits of float32, though they say float64. "
    "Where were they cut? Keep float64 all the way.",
    "nan": "There is NaN (not a number) in the result where {expected} was expected. "
    "Look for 0/0, ∞ − ∞, a root of something below 0, or the logarithm of something not positive.",
    "no fault": "`{name}` was expected to raise {kind} here, and it did not.",
    "mutated": "The values are right, but `{arguments}` is changed by the call. Whoever called you still needs it: "
    "work on a copy.",
    "value": "The result differs from what was expected.",
    "metric": "{label}: {value}. Asked: {bound}.",
    "metric nan": "{label} is not a number, so nothing can be judged. Are there NaN or infinite values in your result?",
    "not it": "`{name}` is not right yet.",
    "at": "At `{where}`: expected {expected}, received {received}.",
    "in place": "Look into `{where}`.",
    "off": "The difference is only {off}: is a constant or an `eps` another one, or was something rounded?",
    "rounded": "The numbers are the right ones, rounded to {places} after the point. Give them as they are: rounding "
    "is for printing.",
    "cut off": "The numbers are the right ones without what stands after the point. Where were they made whole "
    "numbers?",
    "factor": "In every case {what} is {factor} times what was expected.",
    "factor sign": "The size is right: where is the sign turned round?",
    "factor size": "Which factor is missing, or one too many?",
    "factor both": "That is two things at once: a sign that is turned round, and a factor.",
    "factor log": "That is what {name} makes of it, the logarithm to base {base}. Which logarithm is asked for?",
    "always the same": "The result is the same in every case, whatever comes in. Does the function use its arguments, "
    "or something of that kind from another cell?",
    "supplied": "(Tried with a right {names}, so that a mistake there is not counted twice.)",
    "parts": "{count} of {all} parts are right: {right}. Look again at {wrong}.",
    "parts none": "Not one of the {all} parts is right so far.",
    "measured": "Right on every small case, but not on a larger one.",
    "habit return": "Line {line}: this `return` stands in the loop, so the function ends in the first round. Should it "
    "stand below the loop?",
    "habit dropped": "Line {line}: `{call}` changes nothing, it *gives* something new, and nobody keeps it. Write it "
    "where it is needed, or with a name before it: `... = {call}`.",
    "habit in place": "Line {line}: `{call}` changes its list (or dict, or set) and returns None, so `{code}` keeps "
    "None. Write `{call}` alone.",
    "kept": "The same call twice gives two different results. Is something kept from the call before (in a name "
    "outside of `{name}`, or in a list as default argument), or drawn by chance?",
    "kept later": "Right in every case, and wrong in one more that is like an earlier one, with other numbers. Is "
    "something kept from that call, in a name outside of `{name}`?",
    "kept first": "The first call is right, and all later ones give its result again, whatever the arguments are. "
    "Is it kept in a name outside of `{name}`?",
    "habit root": "Line {line}: `{code}` is half of the first power: a power comes before a division. A root is "
    "`** (1 / 2)`, `** 0.5` or np.sqrt.",
    "habit caret": "Line {line}: `^` is no power in Python, it compares bits. A power is `**`: `{code}`.",
    "habit halved": "Line {line}: `/ {by} * {what}` divides by {by} and then *multiplies* by {what}: Python goes from "
    "left to right. What is to divide together stands in brackets: `/ ({by} * {what})`.",
    "several": "{count} things at once:",
    "mostly": "This fits {alike} of the {wrong} cases that went wrong, not all, so we are not sure:",
    "mostly all": "This fits all {wrong} cases that went wrong, but others would go wrong too, so we are not sure:",
    # labels
    "example": "The smallest case that fails",
    "script": "We ran",
    "expected": "Expected",
    "received": "Received",
    "no result": "no result",
    "no result kind": "no result ({kind})",
    "said": "What your code printed",
    "stderr": "What your code wrote to stderr",
    "warned": "Warnings while it ran",
    "next": 'A hint? hint("{id}")',
    "at least": "at least {bound}",
    "at most": "at most {bound}",
    # hints and solutions
    "hint": "Hint {step} of {all} for {id} {title}",
    "hint more": 'One step further: hint("{id}") again.',
    "hint last": 'That was the last hint. After {attempts} attempts, solution("{id}") shows a solution.',
    "solution": "A solution of {id} {title}",
    "solution early": 'First try it yourself: {left} with check("{id}"), then the solution opens. {way}',
    "solution hints": 'Have a look at hint("{id}") meanwhile.',
    "solution sure": 'You have seen all hints, so you may also open it now: solution("{id}", sure=True).',
    "solution none": "This copy of the course came without solutions: ask whoever gave it to you.",
    # progress
    "progress": "Lesson {lesson}: {passed} of {all} passed, {points} of {most}",
    "progress more": 'The exercises of every lesson: progress("all"), of one: progress("04").',
    "progress none": 'Nothing is tried yet. The exercises of every lesson: progress("all").',
    "unknown lesson": "There are no exercises of lesson {lesson}. There are: {known}",
    "progress columns": "Exercise|Title|Minutes|State|Points|Attempts|Hints",
    "state passed": "✓ passed",
    "state tried": "… tried",
    "state new": "– not tried",
    "record damaged": "Your progress file could not be read. It is kept as {name}, and a new one was begun.",
    "record unwritable": "Your progress cannot be saved here ({why}). Checking works all the same.",
    "unknown": "There is no exercise {id}. There are: {known}",
    "not an exercise": 'check takes an exercise\'s number as text, for instance check("04.3"), not {id}',
}


def say(key: str, **values: Any) -> str:
    """The sentence for `key`.

    >>> say("points", points=1, most="2 points")
    '1 of 2 points'
    """
    return ENGLISH[key].format(**values)


def on_page(message: str, **values: Any) -> str:
    """A message in the words for a page: nothing on it can be run again.

    >>> on_page(say("empty value", name="w"), name="w", limit="5")
    '`w` is still None: your answer goes there.'
    """
    for key in ENGLISH:
        if f"page {key}" in ENGLISH:
            message = message.replace(say(key, **values), say(f"page {key}", **values))
    return message
