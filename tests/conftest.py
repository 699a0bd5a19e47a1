"""Shared by all tests: one thread, quiet frameworks, a seeded generator."""

import os

for name, value in {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}.items():
    os.environ.setdefault(name, value)

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

# The same examples at every run, and no limit on time that a busy machine would break.
settings.register_profile("course", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("course")


@pytest.fixture
def rng():
    """A generator that gives every test the same numbers at every run."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def threads():
    """PyTorch and TensorFlow on one thread each: faster beside other work, and the same digits every time."""
    import tensorflow as tf
    import torch

    torch.set_num_threads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    return 1


@pytest.fixture(scope="session")
def box():
    """bubblewrap, or a skip that says what is missing and how to mend it."""
    from course_utils.classroom.sandbox.backend import Limits, SandboxFault
    from course_utils.classroom.sandbox.choose import backend

    try:
        return backend("bwrap", Limits(memory=1_500_000_000, cell=4.0, call=20.0, patience=3.0, submission=200.0))
    except SandboxFault as fault:
        pytest.skip(f"no sandbox on this machine: {fault}")


@pytest.fixture(scope="session")
def stage(tmp_path_factory):
    """What a sandbox finds under /course."""
    from course_utils.classroom.sandbox.contents import prepare

    folder = tmp_path_factory.mktemp("stage")
    folder.parent.chmod(0o755)
    return prepare(folder)
