"""Start one reference kernel with a progress file of its own, so that notebooks run side by side cannot meet in it."""

import os
import sys
import tempfile


def main():
    """Launch ipykernel with this process's arguments."""
    with tempfile.TemporaryDirectory(prefix="course-progress-", ignore_cleanup_errors=True) as folder:
        os.environ["COURSE_PROGRESS"] = os.path.join(folder, "progress.json")
        from ipykernel.kernelapp import launch_new_instance

        launch_new_instance(sys.argv[1:])


if __name__ == "__main__":
    main()
