"""Chinese names, numbers of mistakes, formulas and meanings: the forms that rules must and must not notice."""

import pytest

from tools import agreed, word_rules
from tools.lesson_rules import the_course


@pytest.mark.parametrize("text", [
    "a *weight (权重)*", "**Weights** (权重)", "two weights (权重, later)", "`x` is *standardized (标准化)*",
    "*mean squared error (均方误差, MSE)*", "*body mass index* (BMI, 体质指数: kilograms)", "(看, no term)",
    "*mode (模式)*", "a class (类) and classes (类别)", "losses （损失）",
])  # fmt: skip
def test_chinese_names(text):
    assert list(word_rules.wrong_names(text, the_course())) == []


@pytest.mark.parametrize(("text", "told"), [
    ("a *weight (重量)*", "'weight' (重量): its Chinese name is 权重"), ("**Weights** (偏置)", "is 权重"),
    ("*mean squared error (误差)*", "is 均方误差"), ("*standardized (规范化)*", "is 标准化"),
    ("losses （缺失）", "is 损失"),
    ("*baseline (基准)*", "is 基线"), ("*wholly new (全新)*", "in no list"),
])  # fmt: skip
def test_wrong_chinese_names(text, told):
    (found,) = word_rules.wrong_names(text, the_course())
    assert told in found


def test_a_mistake_is_named_where_it_runs(changed, course):
    def told(source, cell="99-090"):
        return [message for _, message in word_rules.named_mistakes(changed(cell, source=source), course)]

    assert told("**E999:** said and run") == [] and told("**E999** twice, E999") == []
    assert told("nothing") == ["E999 is run, but no text names it"]
    assert told("print('E999')", "99-100") == []
    assert told("print('E998')", "99-100") == ["names E998, which no cell beside it runs (metadata.erratum)"]
    between = changed("99-110", source="**E998:** of another lesson, after E999 ran")
    assert [cell for cell, _ in word_rules.named_mistakes(between, course)] == ["99-110"]


def test_two_mistakes_do_not_change_places(book, course):
    first, second = book.notebook.cells[-4], book.notebook.cells[-3]
    for text, faults in (("E999", 0), ("E997", 2)):
        book.notebook.cells[-4:] = [first, second, *book.notebook.cells[-2:]]
        first.source = f"**{text}:** one"
        assert len(list(word_rules.named_mistakes(book, course))) == faults


def test_agreed_tells_which(changed, course):
    def told(cell, source):
        return [message for _, message in word_rules.agreed(changed(cell, source=source), course)]

    (meaning,) = told(
        "99-120", "## Glossary\n\n|a|b|c|\n|---|---|---|\n|*square*|平方|a number times itself|\n|sum|和|less|"
    )
    assert meaning == "meanings: sum is not as agreed; is it right? then python -m tools.agreed 99"
    (formula,) = told("99-060", r"$$a\;=b \tag{99.1}$$")
    assert formula.startswith("formulas: 99.1")
    course.agreed["99"]["formulas"] = {"99.1": "a =b"}
    assert told("99-060", r"$$a\;=b \tag{99.1}$$") == []
    assert len(told("99-060", r"$$a\;=-b \tag{99.1}$$")) == 1


def test_what_is_agreed_is_kept_as_it_is_said(tmp_path, monkeypatch, book):
    monkeypatch.setattr(agreed, "AGREED", tmp_path / "agreed.toml")
    texts = {"formulas": {"4.1": r"f'(x) = \frac12"}, "meanings": {"sum": 'a "sum" \\ of 数'}}
    (tmp_path / "agreed.toml").write_text(agreed.as_toml({"04": texts, "99": agreed.said(book)}), encoding="utf-8")
    assert agreed.load() == {"04": texts, "99": agreed.said(book)}
