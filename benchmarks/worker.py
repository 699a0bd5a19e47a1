"""The process that measures: one thread, OpenBLAS's own choice of kernel. Prints one line of JSON a result."""

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np


def measuring_environment() -> dict[str, str]:
    """The environment of a worker: one thread, and nothing that forces a kernel on OpenBLAS."""
    kept = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def machine() -> str:
    """The machine and the libraries in words."""
    import torch
    from threadpoolctl import threadpool_info

    cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    model = next((line.split(":")[1].strip() for line in cpu.splitlines() if line.startswith("model name")), "")
    vectors = [name for name, flag in (("AVX2", " avx2"), ("AVX-512", " avx512f")) if flag in cpu]
    virtual = ["virtual"] if " hypervisor" in cpu else []
    blas = [i for i in threadpool_info() if i["internal_api"] == "openblas"]
    kernel = f", OpenBLAS {blas[0]['version']} with its {blas[0]['architecture']} kernels" if blas else ""
    return (
        f"{os.cpu_count()} cores of {model or platform.processor() or 'unknown make'} "
        f"({', '.join([platform.machine(), *vectors, *virtual])}), {platform.system()}, "
        f"Python {platform.python_version()}, NumPy {np.__version__}{kernel}, "
        f"PyTorch {torch.__version__} ({torch.backends.cpu.get_cpu_capability()})"
    )


def warm_up(quick: bool) -> dict[str, float]:
    """One large product in each precision; milliseconds of a small one before and after it.

    OpenBLAS's work space is mapped on first use. In a process that has made small products only, some of them stay
    up to three times slower than after one large product, for good: what is measured should not depend on that.
    """
    from benchmarks.measure import seconds

    A, B = np.ones((128, 784), np.float32), np.ones((784, 256), np.float32)
    before = min(seconds(lambda: A @ B, 5) for _ in range(5))
    for dtype in (np.float32, np.float64):
        large = np.ones((64 if quick else 1024,) * 2, dtype)
        large @ large
    after = min(seconds(lambda: A @ B, 5) for _ in range(5))
    return {"cold": 1e3 * before, "warm": 1e3 * after}


def say(kind: str, **content: Any) -> None:
    """One result for the parent."""
    print(json.dumps({"kind": kind, **content}), flush=True)


def work(order: dict) -> None:
    """Measure what the order names: its items in both dtypes, or the growth."""
    import torch

    from benchmarks.cases import MAKERS
    from benchmarks.growth import measure_growth
    from benchmarks.measure import interleave

    torch.set_num_threads(1)
    rng = np.random.default_rng(order["seed"])
    rounds, quick = order["rounds"], order["quick"]
    say("machine", machine=machine(), **warm_up(quick))
    for dtype in ("float32", "float64"):
        for item in order["items"]:
            print(f"  {dtype} {item}", file=sys.stderr, flush=True)
            candidates = MAKERS[item](np.dtype(dtype).type, quick)
            times = interleave(candidates, rounds, rng, least=0.0 if quick else 0.01)
            say("times", dtype=dtype, item=item, times=times)
    if order["growth"]:
        print("  growth", file=sys.stderr, flush=True)
        for growth in measure_growth(rounds, quick, rng):
            say("growth", **growth._asdict())
