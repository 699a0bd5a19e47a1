"""What a lesson says in words, held by what it agrees with: Chinese names, numbers of mistakes, formulas, meanings.

Each rule is a function `rule(book, course)` that yields (cell id, what is wrong), as in `tools.lesson_rules`.
"""

import re

from tools.agreed import said
from tools.anatomy import section_cells
from tools.prose import table_rows

OTHER_NAMES = {  # names that stand in no list of terms; *class* and *mode* have a second meaning here
    "accuracy": "准确率", "average": "平均池化", "mean": "平均池化", "largest": "最大池化", "baseline": "基线",
    "benign": "良性", "malignant": "恶性", "body mass index": "体质指数", "classes": "类别",
    "computer vision": "计算机视觉", "formal parameter": "形参",
    "deep learning": "深度学习", "eigenvalue": "特征值", "large model": "大模型",
    "least squares": "最小二乘", "decision tree": "决策树", "logistic regression": "逻辑回归",
    "loss surface": "损失曲面", "mode": "模式",
    "model": "模型", "neural network": "神经网络", "normal distribution": "正态分布", "parameters": "参数",
    "perceptron": "感知机", "random forest": "随机森林", "support vector machine": "支持向量机",
}  # fmt: skip
NAMED = re.compile(r"([A-Za-z][\w'’ -]*?)[*_\"']*\s*[(（](?:[A-Za-z][\w -]*, )?([\u4e00-\u9fff][^)）,，;；:]*)")
LEAST_STEM = 5
MISTAKE = re.compile(r"\bE\d{2,3}\b")
FORMULA = re.compile(r"\((\d+\.\d+)\)")


def chinese_names(book, course):
    """A Chinese name in brackets is the one that the plan gives to the words before it."""
    for cell in book.notebook.cells:
        for told in wrong_names(cell.source, course):
            yield cell.id, told


def wrong_names(text, course):
    """What is wrong with the Chinese names in a text, one line each."""
    terms = {english.lower(): zh for lesson in course.lessons.values() for english, zh in lesson.terms.items()}
    for words, chinese in NAMED.findall(text):
        wanted = name_of(words, terms, OTHER_NAMES)
        if chinese.strip() not in wanted:
            told = f"is {' or '.join(sorted(wanted))}" if wanted else "is in no list (concepts.toml, OTHER_NAMES)"
            yield f"{words.split()[-1]!r} ({chinese.strip()}): its Chinese name {told}"


def name_of(words, *lists):
    """The Chinese names of the longest term with which `words` end, inflected or not."""
    words = words.lower()
    ends = [(len(term), names[term]) for names in lists for term in names if ends_with(words, term)]
    longest = max((length for length, _ in ends), default=0)
    return {name for length, name in ends if length == longest}


def ends_with(words, term):
    """Is `term` the end of `words`, in the plural, or by its stem as in standardized, standardization?

    >>> ends_with("two weights", "weight"), ends_with("standardized", "standardization"), ends_with("weighty", "weight")
    (True, True, False)
    """
    *before, last = term.split()
    found = words.split()[-len(before) - 1 :]
    if found[:-1] != before or not found:
        return False
    stem = last[: max(LEAST_STEM, len(last) - 5)]
    by_stem = last.endswith(("ation", "ence")) and found[-1].startswith(stem) and len(stem) >= LEAST_STEM
    return found[-1] in (last, last + "s", last + "es", re.sub("y$", "ies", last)) or by_stem


def named_mistakes(book, course):
    """A mistake that is named in the text is run beside it, and each that is run is named."""
    cells, listed = book.notebook.cells, set(book.notebook.metadata.get("course", {}).get("errata", []))
    naming = {i: set(MISTAKE.findall(cell.source)) for i, cell in enumerate(cells) if MISTAKE.search(cell.source)}
    texts = {i: names for i, names in naming.items() if cells[i].cell_type == "markdown"}
    for i, names in naming.items():
        for name in sorted(names):
            others = [j for j, named in texts.items() if j != i and name not in named]
            before, after = (
                max((j for j in others if j < i), default=-1),
                min((j for j in others if j > i), default=None),
            )
            beside = cells[before + 1 : after] if i in texts else [cells[i]]
            if not any(name in cell.metadata.get("erratum", []) for cell in beside):
                yield cells[i].id, f"names {name}, which no cell beside it runs (metadata.erratum)"
    for name in sorted(listed - set().union(*texts.values())):
        yield None, f"{name} is run, but no text names it"


def meanings(book, course):
    """A formula that the glossary cites stands in the lesson, or in one before it."""
    written = set(re.findall(r"\\tag\{(\d+\.\d+)\}", "".join(cell.source for cell in book.cells("markdown"))))
    for cell in section_cells(book, "Glossary"):
        for row in table_rows(cell.source):
            for tag in FORMULA.findall(" ".join(row[2:])):
                if tag not in written and int(tag.split(".")[0]) >= int(book.number):
                    yield cell.id, f"the glossary cites ({tag}) for {row[0]}, which the lesson does not have"


def agreed(book, course):
    """Formulas and meanings are the ones that somebody read twice: see `tools.agreed`."""
    written, wanted = said(book), course.agreed.get(book.number, {})
    for kind in sorted(written.keys() | wanted.keys()):
        now, then = written.get(kind, {}), wanted.get(kind, {})
        for name in sorted(now.keys() | then.keys()):
            if now.get(name) != then.get(name):
                yield None, f"{kind}: {name} is not as agreed; is it right? then python -m tools.agreed {book.number}"


WORD_RULES = (chinese_names, named_mistakes, meanings, agreed)
