"""The pages of feedback and the class report fit a phone: nothing makes the page itself scroll sideways."""

import pytest

from course_utils.classroom.grading import GRADED, Settings, blank
from course_utils.classroom.reports.classreport import report_page
from course_utils.classroom.reports.feedback import feedback_page
from course_utils.classroom.submissions import Submission

LONG = "[" + ", ".join(["-0.7101"] * 12) + "]   shape (12,)"
CASE = {
    "inputs": [("X", LONG), ("learning_rate", "0.1")],
    "script": [f"model.fit({LONG})"],
    "expected": LONG,
    "received": "no result",
    "note": "",
}


def result():
    """Somebody with a long name whose first exercise failed on a case that is wider than a phone."""
    made = blank(Submission("Anna-Maria von und zu Hohenstein-Wittgenstein"), Settings("04", 1), [])
    wrong = {"status": "try again", "message": "`predict` is off.", "example": CASE, "said": {"It printed": LONG}}
    made["checks"][0] |= wrong | {"misconception": "no-bias"}
    return made | {"status": GRADED}


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("made", [feedback_page, lambda r: report_page([r])], ids=["feedback", "report"])
def test_the_page_is_not_wider_than_the_screen(chromium, tmp_path, made, width):
    (tmp_path / "page.html").write_text(made(result()), encoding="utf-8")
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.goto((tmp_path / "page.html").as_uri())
    for summary in page.locator("summary").all():
        if summary.is_visible() and summary.evaluate("s => !s.parentElement.open"):
            summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    over = """() => [...document.querySelectorAll('.card')].flatMap(card => [...card.querySelectorAll('dd, dt, p')]
        .filter(e => e.getBoundingClientRect().right > card.getBoundingClientRect().right).map(e => e.textContent))"""
    assert page.evaluate(over) == []
    page.close()
