"""A question with explained answers, as HTML that needs neither kernel nor script.

Each option opens on its own explanation (`<details>`): by mouse, by keyboard and with a screen reader, in JupyterLab,
VS Code, Colab and in a printed page alike, with formulas set by whatever sets the lesson's formulas.
"""

import hashlib
import html
from string import ascii_lowercase

from IPython.display import display

OPTION_STYLE = "cursor:pointer;padding:.3em .6em;border:1px solid #888;border-radius:4px;margin:.25em 0"
INVITATION = "Decide first, then open your answer."
RIGHT, WRONG = "Right.", "Not right."


def quiz(question, options):
    """Ask a question; an option that is opened says whether it is right, and why.

    Parameters
    ----------
    question : str, may hold formulas between `$` signs
    options : list of (text, is_right, explanation), two or more, at least one of them right
    """
    check_options(question, options)
    display({"text/html": quiz_html(question, options), "text/plain": quiz_text(question, options)}, raw=True)


def check_options(question, options):
    """Raise `ValueError` where a question has no right or no wrong option, or an option has no explanation."""
    if not question.strip():
        raise ValueError("expected a question, received an empty text")
    for option in options:
        if len(option) != 3 or not str(option[0]).strip() or not str(option[2]).strip():
            raise ValueError(f"expected options (text, is_right, explanation), each with its text; received {option!r}")
    rights = [bool(right) for _, right, _ in options]
    if not any(rights) or all(rights):
        raise ValueError(f"expected right and wrong options, received {sum(rights)} right of {len(rights)}")


def quiz_text(question, options):
    """Question and options in plain text, without the answer.

    >>> print(quiz_text("2 + 2?", [("4", True, "Yes."), ("5", False, "No.")]))
    Quiz: 2 + 2?
      (a) 4
      (b) 5
    """
    rows = [f"  ({letter}) {text}" for letter, (text, _, _) in zip(ascii_lowercase, options, strict=False)]
    return "\n".join([f"Quiz: {question}", *rows])


def quiz_html(question, options):
    """The quiz as HTML; `<`, `>` and `&` in the texts are escaped, `$` and backslashes are left to MathJax."""
    name = "quiz-" + hashlib.sha256(question.encode()).hexdigest()[:8]
    rows = [option_html(name, letter, *option) for letter, option in zip(ascii_lowercase, options, strict=False)]
    return (
        '<div role="group" aria-label="Quiz" data-lm-suppress-shortcuts="true" style="max-width:45em">'
        f"<p><strong>Quiz.</strong> {escape(question)} <em>{INVITATION}</em></p>{''.join(rows)}</div>"
    )


def option_html(name, letter, text, right, why):
    """One option: a line that opens, like a button, on the verdict and the explanation."""
    return (
        f'<details name="{name}"><summary style="{OPTION_STYLE}">({letter}) {escape(text)}</summary>'
        f'<p style="margin-left:1.5em"><strong>{RIGHT if right else WRONG}</strong> {escape(why)}</p></details>'
    )


def escape(text):
    """`text` safe in HTML, its quotation marks left as they are for MathJax."""
    return html.escape(str(text), quote=False)
