"""Different rules for different parameters: decay on matrices only, smaller rates below, parts that stand still."""

from fnmatch import fnmatchcase

from course_utils._types import Params


class Frozen:
    """Changes nothing: for parameters that keep what they have learned.

    >>> import numpy as np
    >>> opt = Frozen(); params = {"w": np.ones(1)}
    >>> opt.step(params, {"w": np.ones(1)}, opt.init(params))
    ({'w': array([1.])}, {'step': 1})
    """

    def init(self, params: Params) -> dict:
        """A counter, and nothing else to remember."""
        return {"step": 0}

    def step(self, params: Params, grads: Params, state: dict) -> tuple[Params, dict]:
        """The same parameters, whatever the gradients are."""
        state["step"] += 1
        return dict(params), state


class ByName:
    """An optimiser for each group of parameters; a parameter belongs to the first pattern that fits its name.

    Parameters
    ----------
    groups : pairs (pattern, optimiser). In a pattern * stands for any letters and ? for one: "*.W", "0.*", "*".

    Raises
    ------
    ValueError : at `init` or `step`, a parameter whose name fits no pattern, or a pattern that no name fits.

    >>> import numpy as np
    >>> from course_utils.optim import SGD
    >>> opt = ByName(("*.b", SGD(lr=0.0)), ("*", SGD(lr=0.1)))
    >>> params = {"0.W": np.ones(1), "0.b": np.ones(1)}
    >>> opt.step(params, params, opt.init(params))[0]
    {'0.W': array([0.9]), '0.b': array([1.])}
    """

    def __init__(self, *groups: tuple):
        if not groups or not all(isinstance(g, tuple) and len(g) == 2 and isinstance(g[0], str) for g in groups):
            raise ValueError(f'groups must be pairs (pattern, optimiser), ("*.W", AdamW(1e-3)), but {groups!r} came.')
        self.groups = groups

    def init(self, params: Params) -> dict:
        """The states of the groups, under their numbers."""
        parts = self._parts(params)
        return {str(i): opt.init(part) for i, ((_, opt), part) in enumerate(zip(self.groups, parts, strict=True))}

    def step(self, params: Params, grads: Params, state: dict) -> tuple[Params, dict]:
        """One step of each group's optimiser on its parameters; the order of names stays."""
        missing = set(params) ^ set(grads)
        if missing:
            raise ValueError(f"params and grads must have the same names, but {sorted(missing)} are in one only.")
        new = {}
        for i, ((_, opt), part) in enumerate(zip(self.groups, self._parts(params), strict=True)):
            updated, state[str(i)] = opt.step(part, {name: grads[name] for name in part}, state[str(i)])
            new |= updated
        return {name: new[name] for name in params}, state

    def _parts(self, params: Params) -> list[Params]:
        """The parameters of each group."""
        parts: list[Params] = [{} for _ in self.groups]
        for name, value in params.items():
            fits = [i for i, (pattern, _) in enumerate(self.groups) if fnmatchcase(name, pattern)]
            if not fits:
                patterns = ", ".join(repr(pattern) for pattern, _ in self.groups)
                raise ValueError(
                    f"{name!r} fits none of the patterns {patterns}: add a last pair with the pattern '*'."
                )
            parts[fits[0]][name] = value
        for (pattern, _), part in zip(self.groups, parts, strict=True):
            if not part and pattern != "*":
                raise ValueError(f"no parameter is left for the pattern {pattern!r}; names are {', '.join(params)}.")
        return parts
