"""Losses with weights, reductions and the targets that each takes, as our functions and as PyTorch's."""

import numpy as np
import torch
import torch.nn.functional as F

from course_utils import generative, losses
from tests.fuzz.drawing import DOUBLE, HALF, SINGLE, Case, Draw

ALL = (HALF, SINGLE, DOUBLE)


def _weights(draw: Draw, shape):
    """None, or one number for each loss, or for each along the first axes; zero and Boolean ones too."""
    if draw.chance(0.4):
        return None
    shape = shape[: draw.rng.integers(len(shape) + 1)]
    weights = draw.rng.random(shape) * (draw.rng.random(shape) < 0.7)
    return np.asarray(weights > 0.2 if draw.chance(0.3) else weights)


def _reduced(table, weights, reduction, count=None):
    """PyTorch's losses, one by one, put together as our texts say: Σ w ℓ / Σ w, 0 where nothing counts."""
    if weights is not None:
        w = torch.tensor(np.asarray(weights, float)).reshape(np.shape(weights) + (1,) * (table.ndim - np.ndim(weights)))
        w = w.expand(table.shape)
        table = table * w
        count = w.sum() if count is None else count
    if reduction == "none":
        return table
    if reduction == "sum":
        return table.sum()
    count = torch.tensor(float(table.numel())) if count is None else count
    return table.sum() / (count if count > 0 else 1)


def numbers(draw: Draw) -> Case:
    """Losses of numbers against numbers, and of one logit against a probability."""
    name = draw.one_of("mse", "mae", "huber", "binary_cross_entropy")
    shape = draw.shape()
    pred, target = draw.values(*shape), draw.values(*shape)
    if draw.chance(0.3):
        pred, target = np.round(pred), np.round(target)  # at the kinks
    options = {"weights": _weights(draw, shape), "reduction": draw.one_of("mean", "sum", "none")}
    more = {}
    if name == "huber" and draw.chance():
        more = {"delta": draw.one_of(0.3, 2.0)}
    if name == "binary_cross_entropy":
        pred = draw.values(*shape, wild=True)
        target = (target > 0).astype(draw.one_of(int, bool, float)) if draw.chance() else draw.rng.random(shape)
    peer = {
        "mse": F.mse_loss, "mae": F.l1_loss, "huber": F.huber_loss,
        "binary_cross_entropy": F.binary_cross_entropy_with_logits,
    }[name]  # fmt: skip

    def by_torch(pred):
        seen = torch.tensor(np.asarray(target, float)).to(pred.dtype)
        return _reduced(peer(pred, seen, reduction="none", **more), **options)

    return Case(
        getattr(losses, f"{name}_forward"), getattr(losses, f"{name}_backward"), (pred,),
        {"target": target} | options | more, by_torch,
        ALL if name == "binary_cross_entropy" else (SINGLE, DOUBLE), False,
    )  # fmt: skip


def classes(draw: Draw) -> Case:
    """Cross-entropy with all that it takes."""
    K, shape = draw.size(least=1), draw.shape(draw.rng.integers(4), most=4)
    logits = draw.values(*shape, K, wild=True)
    options = {"weights": _weights(draw, shape), "reduction": draw.one_of("mean", "sum", "none")}
    if draw.chance(0.4):
        options["class_weights"] = draw.rng.random(K) * (draw.rng.random(K) < 0.8)
    if draw.chance(0.4):
        options["label_smoothing"] = draw.one_of(0.1, 0.5, 1.0)
    if draw.chance(0.3):
        labels = draw.rng.dirichlet(np.ones(K), size=shape)
    else:
        labels = draw.rng.integers(K, size=shape)
        if draw.chance():
            options["ignore_index"] = draw.one_of(-100, 0, K - 1)
            labels = np.where(draw.rng.random(shape) < 0.3, options["ignore_index"], labels)

    def peer(z):
        rows, targets = z.reshape(int(np.prod(shape)), K), torch.tensor(labels)
        by_class = options.get("class_weights")
        more = {"weight": None if by_class is None else torch.tensor(by_class), "reduction": "none"}
        more["label_smoothing"] = options.get("label_smoothing", 0.0)
        soft = targets.ndim == z.ndim
        ignored = None if soft else options.get("ignore_index")
        if ignored is not None:
            more["ignore_index"] = ignored
        targets = targets.reshape(rows.shape if soft else (len(rows),))
        table = F.cross_entropy(rows, targets, **more).reshape(shape)
        counts = torch.ones(shape, dtype=z.dtype)
        if not soft:
            seen = targets.reshape(shape)
            if by_class is not None:
                counts = torch.tensor(by_class)[torch.where(seen == ignored, 0, seen) if ignored is not None else seen]
            if ignored is not None:
                counts = torch.where(seen == ignored, 0.0, counts)
        if options["weights"] is not None:
            w = torch.tensor(np.asarray(options["weights"], float))
            counts = counts * w.reshape(w.shape + (1,) * (len(shape) - w.ndim))
        return _reduced(table, options["weights"], options["reduction"], counts.sum())

    return Case(
        losses.cross_entropy_forward, losses.cross_entropy_backward, (logits,), {"labels": labels} | options,
        peer, ALL, False,
    )  # fmt: skip


def _bce(logits, target: float):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target), reduction="none")


def game(draw: Draw) -> Case:
    """The two losses of a GAN."""
    real, fake = draw.values(*draw.shape(), wild=True), draw.values(*draw.shape(), wild=True)
    if draw.chance():
        saturating = draw.chance()
        sign = -1 if saturating else 1
        return Case(
            generative.generator_loss_forward, generative.generator_loss_backward, (fake,), {"saturating": saturating},
            lambda fake: sign * _bce(fake, 1.0 - saturating).mean(), empty=False,
        )  # fmt: skip
    return Case(
        generative.discriminator_loss_forward, generative.discriminator_loss_backward, (real, fake), {},
        lambda real, fake: _bce(real, 1.0).mean() + _bce(fake, 0.0).mean(), empty=False,
    )  # fmt: skip


OPERATIONS = (numbers, numbers, classes, classes, game)
