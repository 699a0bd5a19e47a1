"""The first program in the sandbox: become nobody, limit yourself, start the kernel, serve."""

from __future__ import annotations

import os
import sys


def limit(config: dict) -> None:
    """Give up root and every resource beyond the limits, for good."""
    if sys.platform == "win32":
        return
    import resource

    kinds = {
        "processes": resource.RLIMIT_NPROC,
        "disk": resource.RLIMIT_FSIZE,
        "files": resource.RLIMIT_NOFILE,
        "address": resource.RLIMIT_AS,
        "cpu": resource.RLIMIT_CPU,
    }
    if config["user"] is not None and os.getuid() == 0:
        os.setgroups([])
        os.setresgid(config["user"], config["user"], config["user"])
        os.setresuid(config["user"], config["user"], config["user"])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name, kind in kinds.items():
        if config.get(name):
            most = resource.getrlimit(kind)[1]
            value = config[name] if most == resource.RLIM_INFINITY else min(config[name], most)
            spare = config["spare"] if name == "processes" else 0  # threads for us, when a cell has taken all others
            resource.setrlimit(kind, (value - spare, value))


def main() -> None:
    from inside.pipe import Pipe

    pipe = Pipe()
    config, _ = pipe.read()
    limit(config)
    from inside.serve import serve

    serve(pipe, config)


if __name__ == "__main__":
    sys.path[:0] = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    sys.path += [path for path in sys.argv[1:] if path not in sys.path]  # the packages of whoever grades
    main()
