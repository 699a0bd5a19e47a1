"""The house keeps its shape: imports go down, modules stay small, nothing heavy is loaded, every name is explained."""

import ast
import functools
import importlib
import inspect
import io
import os
import re
import subprocess
import sys
import tokenize
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

import course_utils

PACKAGE = Path(course_utils.__file__).parent
ROOT = PACKAGE.parent

LEVELS = {
    "_nest": 0, "_types": 0, "_validate": 0,
    "init": 0, "data": 0, "metrics": 0, "gradcheck": 0, "optim": 0, "masks": 0,
    "activations": 1, "affine": 1,
    "losses": 2, "conv": 2, "norm": 2, "recurrent": 2, "attention": 2, "audio": 2, "tokenizers": 2, "hmm": 2, "ctc": 2,
    "linear_models": 3, "layers": 3, "word2vec": 3, "train": 3,
    "transformer": 4, "generative": 4, "compress": 4, "privacy": 4, "explain": 4, "applications": 4,
}  # fmt: skip
FOUNDATION = {"_nest", "_types", "_validate"}  # what level 0 itself may import
LEAVES = {"autograd"}  # NumPy only; imported by nobody
TOP = {"checks", "classroom", "plan", "serve", "viz"}  # may import anything below
NEVER_BELOW_TOP = {"torch", "tensorflow", "keras", "matplotlib", "ipywidgets"}
HEAVY = NEVER_BELOW_TOP | {"scipy", "sklearn", "PIL", "pandas", "gensim", "tqdm", "IPython"}

FILES = sorted(p for p in PACKAGE.rglob("*.py") if "__pycache__" not in p.parts)
TREES = {p: ast.parse(p.read_text(encoding="utf-8")) for p in FILES}


def part(path: Path) -> str:
    """The module or sub-package of course_utils that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


CORE = [p for p in FILES if part(p) in LEVELS or part(p) in LEAVES]
CORE_IDS = [module_name(p).removeprefix("course_utils.") for p in CORE]
each_core_file = pytest.mark.parametrize("path", CORE, ids=CORE_IDS)


COPIED = ("callers", "inside")  # packages that run without the course around them, so they import each other by a dot


def imports(tree: ast.AST, package: str = "") -> set[str]:
    """Dotted names that are imported anywhere below a node; `package` resolves those that begin with a dot."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 or package.endswith(COPIED), "imports are written in full"
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def imported_at_once(tree: ast.Module) -> set[str]:
    """Names imported with the module itself: not inside a function."""
    at_once = set()
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            at_once |= imports(node)
    return at_once


def own(names: set[str]) -> set[str]:
    """Of dotted names, the parts of course_utils."""
    return {name.split(".")[1] for name in names if name.startswith("course_utils.")}


def test_every_module_has_its_place():
    known = set(LEVELS) | LEAVES | TOP | {"__init__"}
    assert {part(p) for p in FILES} <= known, "give a new module a level in LEVELS, and in the design"


@each_core_file
def test_imports_only_go_down(path):
    here, wanted = part(path), own(imports(TREES[path])) - {part(path)}
    if here in LEAVES:
        allowed = FOUNDATION
    else:
        allowed = FOUNDATION | {name for name, level in LEVELS.items() if level < LEVELS[here]}
    allowed -= {here}
    assert wanted <= allowed, f"{here} may not import {sorted(wanted - allowed)}"


@each_core_file
def test_numpy_is_all_that_an_import_loads(path):
    foreign = {name.split(".")[0] for name in imported_at_once(TREES[path])} - set(sys.stdlib_module_names)
    assert foreign <= {"numpy", "course_utils"}
    anywhere = {name.split(".")[0] for name in imports(TREES[path])}
    assert not anywhere & NEVER_BELOW_TOP


def needed() -> dict[str, set[str]]:
    """{module: the modules of the course that it imports}, over course_utils and tools."""
    tools = [p for p in (ROOT / "tools").rglob("*.py") if "__pycache__" not in p.parts]
    paths = {module_name(p): p for p in (*FILES, *tools)}
    found = {}
    for name, path in paths.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        wanted = imports(TREES[path] if path in TREES else ast.parse(path.read_text(encoding="utf-8")), package)
        modules = {n if n in paths else n.rpartition(".")[0] for n in wanted}
        found[name] = {n for n in modules if n in paths} - {name}
    return found


def test_no_imports_in_a_circle():
    left = needed()
    while ends := [name for name, wanted in left.items() if not wanted & set(left)]:
        left = {name: wanted for name, wanted in left.items() if name not in ends}
    assert not left, f"these import each other: {sorted(left)}"


LESSONS = PACKAGE / "checks" / "lessons"


def test_a_lessons_exercises_import_no_other_exercise_and_no_other_lesson():
    folders = [path for path in LESSONS.iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert folders and all(re.fullmatch(r"l\d\d_\w+", path.name) for path in folders)
    for path in (p for folder in folders for p in folder.glob("*.py")):
        assert re.fullmatch(r"__init__|shared|e\d\d_\w+", path.stem), f"{path.name} is no exercise and not shared"
        beside = f"course_utils.checks.lessons.{path.parent.name}."
        lessons = {n for n in imports(TREES[path]) if n.startswith("course_utils.checks.lessons.")}
        assert all(n.startswith(f"{beside}shared.") for n in lessons), f"{module_name(path)} imports {sorted(lessons)}"
        assert not (path.stem == "shared" and lessons), "shared imports no exercise"


def test_the_engine_names_no_lesson_and_keeps_its_top_small():
    for path in (PACKAGE / "checks").rglob("*.py"):
        if LESSONS not in path.parents and "__pycache__" not in path.parts and "callers" not in path.parts:
            assert not [n for n in imports(TREES[path]) if n.startswith("course_utils.checks.lessons")], path.name
    top = [p for p in (PACKAGE / "checks").iterdir() if p.name != "__pycache__"]
    assert len(top) <= 20


def test_the_sandbox_gets_no_lesson(tmp_path):
    from course_utils.classroom.sandbox.contents import prepare

    inside = {p.name for p in prepare(tmp_path).rglob("*")}
    assert "callers" in inside and not inside & {"lessons", "judging", "registry.py", "shared.py", "rehearsal"}


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_no_module_over_400_lines(path):
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 400


def lines_of_code(path: Path) -> int:
    """Lines that hold code: docstrings, comments and empty ones apart."""
    lines: set[int] = set()
    without_code = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type not in without_code:
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return len(lines)


def test_the_core_stays_small():
    assert sum(lines_of_code(path) for path in FILES if part(path) in LEVELS) <= 6500  # 4,200 with ten lessons


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_no_global_random_state(path):
    allowed = {"Generator", "default_rng", "SeedSequence", "PCG64", "Philox", "BitGenerator"}
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random"):
            assert node.attr in allowed, f"line {node.lineno}: np.random.{node.attr} has a hidden, shared state"


@each_core_file
def test_nothing_is_printed(path):
    if part(path) != "train":
        calls = [node for node in ast.walk(TREES[path]) if isinstance(node, ast.Call)]
        assert not [c.lineno for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]


def body_lines(function: ast.FunctionDef) -> int:
    """Lines of a function's body, its docstring apart."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


@each_core_file
def test_no_long_function_without_a_reason(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.FunctionDef) and body_lines(node) > 25:
            text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            assert "Long because" in text, f"{node.name} has {body_lines(node)} lines: cut it, or say 'Long because …'"


def public_names(path: Path):
    """(name, object) of the functions and classes that a module defines for others."""
    module = importlib.import_module(module_name(path))
    for name, value in vars(module).items():
        defined_here = getattr(value, "__module__", None) == module.__name__
        if not name.startswith("_") and defined_here and (inspect.isfunction(value) or inspect.isclass(value)):
            yield name, value


@each_core_file
def test_every_public_name_is_explained_with_an_example(path):
    assert ast.get_docstring(TREES[path]), "the module opens with a sentence on why it exists"
    private = any(p.startswith("_") for p in path.relative_to(PACKAGE).with_suffix("").parts if p != "__init__")
    for name, value in public_names(path):
        assert value.__doc__ and value.__doc__.strip(), f"{name} has no docstring"
        record = inspect.isclass(value) and hasattr(value, "_fields")  # a NamedTuple is only a list of names
        assert record or private or ">>>" in value.__doc__, f"{name} has no example"
        assert not (record and value.__doc__.startswith(f"{name}(")), f"{name} has no docstring of its own"
        if inspect.isclass(value):
            for key, method in vars(value).items():
                plain = inspect.isfunction(method) and not key.startswith("_")
                assert not plain or inspect.getdoc(method), f"{name}.{key} has no docstring"


def forwards():
    """(module, name) of every public operation."""
    for path in CORE:
        for name, value in public_names(path):
            if name.endswith("_forward") and inspect.isfunction(value):
                yield inspect.getmodule(value), name


OPERATIONS = list(forwards())
each_operation = pytest.mark.parametrize("module, name", OPERATIONS, ids=[name for _, name in OPERATIONS])


@each_operation
def test_every_forward_has_its_backward(module, name):
    backward = getattr(module, f"{name.removesuffix('_forward')}_backward", None)
    assert backward is not None
    assert list(inspect.signature(backward).parameters) == ["dout", "cache"]
    parameters = inspect.signature(getattr(module, name)).parameters.values()
    assert not any(p.kind == p.POSITIONAL_OR_KEYWORD and p.default is not p.empty for p in parameters), (
        "arrays are positional and have no default; options are keyword-only"
    )


@each_operation
def test_planted_wrong_gradients_of_every_operation_are_tried(module, name):
    files = (ROOT / "tests" / "gradients").glob("*.py")
    planted = [text for text in (p.read_text(encoding="utf-8") for p in files) if "assert_checked" in text]
    assert any(re.search(rf"\b{name.removesuffix('_forward')}(_forward)?\b", text) for text in planted)


CONTRACT = {
    "activations": "sigmoid tanh relu leaky_relu gelu gelu_exact silu swiglu softmax log_softmax logsumexp",
    "affine": "affine_forward embedding_forward dropout_forward",
    "losses": "mse_forward mae_forward huber_forward binary_cross_entropy_forward cross_entropy_forward",
    "norm": "layer_norm_forward batch_norm_forward",
    "conv": "conv1d_forward conv2d_forward max_pool2d_forward avg_pool2d_forward conv_output_size",
    "recurrent": "rnn_forward lstm_cell_forward lstm_forward gru_cell_forward gru_forward",
    "attention": "scaled_dot_product_attention_forward multi_head_attention_forward additive_attention_forward "
    "causal_mask padding_mask chunked_attention rotary_forward",
    "transformer": "sinusoidal_positions encoder_block_forward decoder_block_forward init_multi_head "
    "init_encoder_block init_decoder_block GPT BERT EncoderDecoder",
    "optim": "SGD RMSprop Adam AdamW clip_by_global_norm",
    "init": "xavier_uniform he_normal orthogonal lstm_forget_bias",
    "layers": "Dense Conv2D MaxPool2D Flatten ReLU Dropout BatchNorm LSTM Sequential",
    "train": "fit History",
    "gradcheck": "numerical_gradient check_gradients",
    "linear_models": "LinearRegression Ridge LogisticRegression SoftmaxRegression",
    "generative": "gan_value optimal_discriminator jensen_shannon GAN",
    "metrics": "accuracy precision recall f1 confusion_matrix roc_curve auc pr_curve perplexity bleu",
    "data": "load_diabetes load_breast_cancer load_digits load_iris load_wine batches train_test_split "
    "Standardizer Imputer augment image_folder",
}


@pytest.mark.parametrize("module", CONTRACT)
def test_the_names_of_the_contract_exist(module):
    there = importlib.import_module(f"course_utils.{module}")
    assert not [name for name in CONTRACT[module].split() if not hasattr(there, name)]


IMPORT_ALL = """
import sys, time
import numpy
numpys_own = set(sys.modules)
before = time.process_time()
for name in sys.argv[1:]:
    __import__(name)
print(time.process_time() - before)
print(*sorted({name.split(".")[0] for name in sys.modules}))
print(*set(sys.modules) - numpys_own)
"""


def test_importing_everything_is_quick_and_loads_nothing_heavy(tmp_path):
    names = [module_name(p) for p in CORE]
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment = kept | {"PYTHONPYCACHEPREFIX": str(tmp_path)}  # compiled once, as in use
    command = [sys.executable, "-c", IMPORT_ALL, *names]
    seconds = []
    for _ in range(4):
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        out = run.stdout.splitlines()
        seconds.append(float(out[0]))
        assert not HEAVY & set(out[1].split())
        assert "numpy.random" not in out[2].split(), 'quote annotations: rng: "np.random.Generator"'
    assert min(seconds) < 0.1


def test_the_version_is_the_packages():
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert tomllib.load(file)["project"]["version"] == course_utils.__version__


TESTS = {p: ast.parse(p.read_text(encoding="utf-8")) for p in sorted((ROOT / "tests").rglob("*.py"))}
ASSERTING = re.compile("assert|^(AssertionError|raises|warns|expect|fail|compile)$")


class Function(NamedTuple):
    """A function of the tests: its name, the names it uses, and whether it asserts something itself."""

    name: str
    uses: frozenset[str]
    says: bool


def functions(tree: ast.AST) -> list[Function]:
    found = []
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        nodes = list(ast.walk(function))
        uses = {node.id for node in nodes if isinstance(node, ast.Name)}
        uses |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        says = any(isinstance(node, ast.Assert) for node in nodes) or any(map(ASSERTING.search, uses))
        found.append(Function(function.name, frozenset(uses), says))
    return found


FUNCTIONS = {path: functions(tree) for path, tree in TESTS.items()}


@functools.cache
def asserting() -> set[str]:
    """Names of the functions in tests/ that assert something, themselves or through another one."""
    everything = [f for found in FUNCTIONS.values() for f in found]
    names, before = {f.name for f in everything if f.says}, set()
    while names != before:
        before = set(names)
        names |= {f.name for f in everything if f.uses & names}
    return names


@pytest.mark.parametrize("path", [p for p in TESTS if p.name.startswith("test_")], ids=lambda p: p.stem)
def test_no_test_without_an_assertion(path):
    idle = [f.name for f in FUNCTIONS[path] if f.name.startswith("test_") and not (f.says or f.uses & asserting())]
    assert not idle, "a test that asserts nothing proves nothing"
