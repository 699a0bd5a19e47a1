"""Start one reference kernel with a progress file of its own, so that notebooks run side by side cannot meet in it.

The first argument is the folder in which the file gets one of its own; whoever starts the kernel removes that folder,
because a kernel that is killed cannot.
"""

import os
import sys
import tempfile


def main():
    """Launch ipykernel with the rest of this process's arguments."""
    folder = tempfile.mkdtemp(prefix="progress-", dir=sys.argv[1])
    os.environ["COURSE_PROGRESS"] = os.path.join(folder, "progress.json")
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance(sys.argv[2:])


if __name__ == "__main__":
    main()
