"""Prove that nothing hangs on one processor: run what computes under each set of kernels that this one can take.

python -m tools.kernels              every set, one after the other
python -m tools.kernels avx512       only these

OpenBLAS, NumPy and PyTorch choose their kernels by the processor.  Each adds in another order, so last digits differ,
and training makes that grow.  What a test, a stored output or a lesson's sentence says must hold under all of them.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tools.commands.places import PYTHON, ROOT, clean_environment
from tools.commands.say import say
from tools.commands.stages import Stage, run
from tools.commands.tally import Tally


class Kernels(NamedTuple):
    """What OpenBLAS, PyTorch, and MKL and oneDNN inside it, call a set; how no feature of NumPy's may begin."""

    openblas: str
    torch: str
    mkl: str
    onednn: str
    numpy_without: tuple[str, ...]


SETS = {
    "plain": Kernels("Nehalem", "DEFAULT", "COMPATIBLE", "SSE41", ("",)),
    "avx": Kernels("Sandybridge", "DEFAULT", "AVX", "AVX", ("",)),
    "avx2": Kernels("Haswell", "AVX2", "AVX2", "AVX2", ("X86_V4", "AVX512")),
    "avx512": Kernels("SkylakeX", "AVX512", "AVX512", "AVX512_CORE", ()),
}
COMPUTING = ("tests/unit", "tests/gradients", "tests/parity", "tests/properties", "tests/checks")
STAGES = (
    Stage(
        "tests", ["pytest", "-q", "-n", "2", "--dist", "loadscope", *(f"tests/{name}" for name in COMPUTING)], "t.xml"
    ),
    Stage("seeds", ["benchmarks.seeds"]),
    Stage("notebooks", ["tools.notebooks", "verify"]),
)
PROBE = """
import json, numpy, threadpoolctl, torch
from numpy._core import _multiarray_umath as core
numpy.ones((64, 64)) @ numpy.ones((64, 64)), torch.ones(64, 64) @ torch.ones(64, 64)
openblas = {pool["architecture"] for pool in threadpoolctl.threadpool_info() if pool["internal_api"] == "openblas"}
features = [name for name in core.__cpu_dispatch__ if core.__cpu_features__[name]]
print(json.dumps([sorted(openblas), torch.backends.cpu.get_cpu_capability(), features]))
"""
OURS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "ATEN_CPU_CAPABILITY", "MKL_CBWR", "ONEDNN_MAX_CPU_ISA")
OURS += ("NPY_DISABLE_CPU_FEATURES",)


def probe(variables):
    """What a Python with these variables computes with: ([OpenBLAS], PyTorch, [NumPy's features]); None if it dies."""
    environment = {k: v for k, v in clean_environment().items() if k not in OURS} | variables
    found = subprocess.run([str(PYTHON), "-c", PROBE], cwd=ROOT, env=environment, capture_output=True, text=True)
    return json.loads(found.stdout.splitlines()[-1]) if found.returncode == 0 else None


def variables_of(kernels, features):
    """The environment that asks for a set, on a processor where NumPy would use `features`."""
    off = [name for name in features if name.startswith(kernels.numpy_without)]
    asked = {"OPENBLAS_CORETYPE": kernels.openblas, "ATEN_CPU_CAPABILITY": kernels.torch.lower()}
    asked |= {"MKL_CBWR": kernels.mkl, "ONEDNN_MAX_CPU_ISA": kernels.onednn}
    return asked | ({"NPY_DISABLE_CPU_FEATURES": " ".join(off)} if off else {})


def taken(kernels, variables):
    """Does this processor compute with the set when asked?"""
    found = probe(variables)
    if found is None:
        return False
    openblas, torch, features = found
    return (openblas, torch) == ([kernels.openblas], kernels.torch) and not any(
        name.startswith(kernels.numpy_without) for name in features
    )


@contextlib.contextmanager
def asked_for(variables):
    """This process's environment, and so that of the stages, with a set's variables for the time of the block."""
    before = dict(os.environ)
    for name in OURS:
        os.environ.pop(name, None)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def prove(names):
    """Run the stages under each set; 0 where nothing failed."""
    own, failed, left_out = probe({}), [], []
    for name in names:
        variables = variables_of(SETS[name], own[2])
        if not taken(SETS[name], variables):
            left_out.append(name)
            continue
        say(f"\n==== kernels: {name} ({', '.join(f'{k}={v}' for k, v in variables.items())})")
        with asked_for(variables), tempfile.TemporaryDirectory(prefix="course-kernels-") as folder:
            tally = sum((run(stage, Path(folder), compare=sys.platform == "linux") for stage in STAGES), Tally())
        failed += [f"{stage} with {name}" for stage, code in tally.stages if code]
    held = [name for name in names if name not in left_out]
    say(f"\nKernels tried: {', '.join(held) or 'none'}. This processor cannot take: {', '.join(left_out) or 'none'}.")
    say(f"Failed: {', '.join(failed)}." if failed else "Nothing failed.")
    return int(bool(failed))


def main(argv=None):
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.kernels", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"{', '.join(SETS)}; all where none is given")
    names = parser.parse_args(argv).names or list(SETS)
    if unknown := set(names) - set(SETS):
        parser.error(f"no kernels are called {', '.join(sorted(unknown))}; there are {', '.join(SETS)}")
    return prove(names)


if __name__ == "__main__":
    sys.exit(main())
