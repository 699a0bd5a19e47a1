"""The locks and environment.yml: one closure, the same everywhere, nothing in one file only."""

from importlib import metadata

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import lock

STUDENT, DEV = lock.requirements(lock.STUDENT), lock.requirements(lock.DEV)
CONDA = yaml.safe_load(lock.CONDA.read_text(encoding="utf-8"))
CONDA_PIP = next(entry["pip"] for entry in CONDA["dependencies"] if isinstance(entry, dict))


def applies(requirement, extras=()):
    """True where a requirement is for this machine and one of the extras."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def closure(direct):
    """Names of everything that the requirements `direct` bring in on this machine, as the installed packages say."""
    found, queue = set(), [requirement for requirement in direct if applies(requirement)]
    while queue:
        requirement = queue.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in found or lock.CUDA_ONLY.match(key[0]):
            continue
        found.add(key)
        needs = map(Requirement, metadata.requires(requirement.name) or [])
        queue += [need for need in needs if applies(need, requirement.extras)]
    return {name for name, _ in found}


def names(requirements):
    """Names of the locked packages that are for this machine."""
    return {canonicalize_name(requirement.name) for requirement in requirements if applies(requirement)}


def test_the_student_lock_is_the_closure_of_the_ranges():
    assert names(STUDENT) == closure(lock.direct())


def test_the_dev_lock_is_the_closure_of_the_extras_beyond_it():
    whole = closure([*lock.direct(), *lock.direct("dev"), *lock.direct("instructor")])
    assert names(DEV) == whole - names(STUDENT)


@pytest.mark.parametrize("requirement", [*STUDENT, *DEV], ids=str)
def test_every_line_is_one_exact_pin(requirement):
    (pin,) = requirement.specifier
    assert pin.operator == "=="
    assert "*" not in pin.version
    assert "+" not in pin.version  # no build of one machine: 2.13.0, not 2.13.0+cpu
    assert requirement.url is None


def test_no_package_is_locked_twice_for_one_machine():
    for environment in lock.environments():
        here = [r.name for r in (*STUDENT, *DEV) if r.marker is None or r.marker.evaluate(environment)]
        assert len(here) == len(set(here))


def test_the_pins_lie_in_the_ranges():
    pins = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in (*STUDENT, *DEV)}
    for wanted in [*lock.direct(), *lock.direct("dev"), *lock.direct("instructor")]:
        assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), wanted


def test_each_machine_gets_one_tensorflow():
    for environment in lock.environments():
        flows = {
            requirement.name
            for requirement in STUDENT
            if requirement.name in ("tensorflow", "tensorflow-cpu") and requirement.marker.evaluate(environment)
        }
        small = environment["sys_platform"] == "win32" or environment["platform_machine"] == "x86_64"
        assert flows == {"tensorflow-cpu" if small else "tensorflow"}


def test_nothing_that_only_cuda_needs_is_locked():
    assert not [r.name for r in (*STUDENT, *DEV) if r.name.startswith(("nvidia", "cuda", "triton", "tensorrt"))]


def test_the_dev_lock_includes_the_students():
    lines = lock.DEV.read_text(encoding="utf-8").splitlines()
    assert "-r requirements.txt" in lines
    assert not {r.name for r in STUDENT} & {r.name for r in DEV}


def test_no_source_of_packages_is_fixed_in_the_locks():
    for path in (lock.STUDENT, lock.DEV):
        options = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("-")]
        assert options in ([], ["-r requirements.txt"])


def test_environment_yml_has_the_students_set_under_pip():
    pins = [Requirement(line) for line in CONDA_PIP if not line.startswith("-")]
    assert sorted(map(str, pins)) == sorted(map(str, STUDENT))


def test_environment_yml_takes_only_python_and_pip_from_conda():
    assert [entry for entry in CONDA["dependencies"] if isinstance(entry, str)] == ["python=3.11", "pip"]
    assert CONDA["channels"] == ["conda-forge"]


def test_environment_yml_is_what_the_lock_makes():
    lines = [line for line in lock.STUDENT.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lock.CONDA.read_text(encoding="utf-8") == lock.conda(lines)


@pytest.mark.parametrize("marker", lock.SHORT_MARKERS)
def test_markers_are_written_in_their_shortest_form(marker):
    long = f"x==1 ; ({marker}) and sys_platform != 'emscripten'"
    assert lock.shorten(Requirement(long)) == f"x==1 ; {marker}"


def test_what_no_machine_needs_is_left_out():
    assert lock.shorten(Requirement("x==1 ; python_version < '3.11'")) is None
    assert lock.shorten(Requirement("x==1 ; python_version < '3.12' and sys_platform == 'linux'")).startswith("x==1 ; ")
