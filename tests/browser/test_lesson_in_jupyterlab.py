"""A learner's afternoon in JupyterLab: run lesson 04, move its widgets by keyboard, answer a quiz and an exercise."""

import re

import pytest

from tools.browser import PATIENCE, cell_with, run_all, run_cell, wait_idle, write_cell

WRONG = "def mse_gradient(X, y, w, b):\n    e = X @ w + b - y\n    return X.T @ e / len(y), e.mean()"
RIGHT = WRONG.replace("X.T", "2 * X.T").replace("e.mean", "2 * e.mean")
HALF = "Both slopes are exactly half."


def picture_and_words(output):
    """What a widget shows now: its picture and its caption."""
    return output.locator("img:visible").first.get_attribute("src"), output.locator(
        "[role=status]:visible"
    ).inner_text()


def move(page, output):
    """Move the widget's first slider by keyboard and wait for another picture; the words before and after."""
    before = picture_and_words(output)
    handle = output.get_by_role("slider").first
    handle.scroll_into_view_if_needed()
    handle.focus()
    for _ in range(3):
        handle.press("ArrowRight")
    page.wait_for_function(
        "([output, src]) => [...output.querySelectorAll('img')].some(i => i.offsetParent && i.src !== src)",
        arg=[output.element_handle(), before[0]],
        timeout=PATIENCE,
    )
    wait_idle(page)
    after = picture_and_words(output)
    assert before[0] != after[0]
    return before[1], after[1]


def numbers(text):
    return re.findall(r"\d+(?:\.\d+)?", text)


@pytest.fixture
def lesson(notebook):
    page = notebook("notebooks/04_linear_regression.ipynb")
    assert page.locator(".jp-OutputArea-output").count() == 0, "a learner's copy shows no results before it is run"
    run_all(page)
    return page


MENUS = ["File", "Edit", "View", "Run", "Kernel", "Tabs", "Settings", "Help"]


def test_the_lesson(lesson):
    assert lesson.locator(".lm-MenuBar-itemLabel").all_inner_texts() == MENUS, "nothing of nbgrader's for learners"
    for kind in ("error", "stderr"):
        assert lesson.locator(f"[data-mime-type='application/vnd.jupyter.{kind}']").count() == 0
    for kind in ("viz.live(", "viz.SlideFigure("):
        before, after = move(lesson, cell_with(lesson, kind).locator(".jp-OutputArea"))
        assert numbers(before) != numbers(after), kind
    for image in lesson.locator(".jp-OutputArea img:visible").all():
        assert len(image.get_attribute("alt")) > 15
    quiz = lesson.get_by_role("group", name="Quiz").first
    answers = quiz.locator("summary")
    answers.nth(0).focus()
    lesson.keyboard.press("Enter")
    assert quiz.locator("details[open]").count() == 1
    assert re.match(r"(Right|Not right)\.", quiz.locator("details[open] p").inner_text())
    answers.nth(1).focus()
    lesson.keyboard.press("Space")
    assert quiz.locator("details[open]").count() == 1, "one answer is open at a time"
    assert lesson.locator("mjx-container").count() > 10 and lesson.get_by_text("Math Processing Error").count() == 0


def test_the_exercise(notebook):
    page = notebook("exercises/04_linear_regression.ipynb")
    run_all(page)
    answer, check = cell_with(page, "def mse_gradient("), cell_with(page, 'check("04.3")')
    verdict = check.locator(".jp-OutputArea")
    assert "NOT YET" in verdict.inner_text()
    write_cell(page, answer, WRONG)
    run_cell(page, check)
    assert "TRY AGAIN" in verdict.inner_text() and HALF in verdict.inner_text()
    write_cell(page, answer, RIGHT)
    run_cell(page, check)
    assert "PASS" in verdict.inner_text() and HALF not in verdict.inner_text()
    progress = cell_with(page, "progress()")
    run_cell(page, progress)
    row = next(line for line in progress.locator("tr").all_inner_texts() if "04.3" in line)
    assert re.search(r"pass|done|4", row, re.I), row
