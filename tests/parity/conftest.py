"""Every test beside the frameworks has them on one thread: TensorFlow takes that only before its first use."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def _one_thread(threads):
    return threads
