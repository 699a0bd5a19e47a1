"""Exercise 23.4: The discriminator's loss, from logits."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception, quietly
from course_utils.checks.lessons.l23_gan.shared import capped, logits, not_finite, softplus, stable


def discriminator_loss(logits_real, logits_fake):
    return np.mean(softplus(-logits_real)) + np.mean(softplus(logits_fake))


def discriminator_loss_stable(logits_real, logits_fake):
    return stable(-logits_real).sum() / logits_real.size + stable(logits_fake).sum() / logits_fake.size


def discriminator_loss_by_loop(logits_real, logits_fake):
    loss = 0.0
    for wrong in (-logits_real, logits_fake):  # how far on the wrong side each logit is
        for z in wrong:
            loss += (z + np.log1p(np.exp(-z)) if z > 0 else np.log1p(np.exp(z))) / len(wrong)
    return loss


def discriminator_loss_over_all(logits_real, logits_fake):
    return np.mean(softplus(np.concatenate([-logits_real, logits_fake])))


@quietly
def discriminator_loss_of_probabilities(logits_real, logits_fake, tiny=0.0):
    real, fake = 1 / (1 + np.exp(-logits_real)), 1 / (1 + np.exp(-logits_fake))
    return -np.mean(np.log(real + tiny)) - np.mean(np.log(1 - fake + tiny))


@quietly
def discriminator_loss_repaired(logits_real, logits_fake):
    """Infinity, once it is there, replaced by the number of the example."""
    real, fake = 1 / (1 + np.exp(-logits_real)), 1 / (1 + np.exp(-logits_fake))
    losses = (np.nan_to_num(-np.log(p), posinf=1000.0) for p in (real, 1 - fake))
    return sum(np.mean(loss) for loss in losses)


@quietly
def discriminator_loss_of_raw(logits_real, logits_fake):
    return -np.mean(np.log(logits_real)) - np.mean(np.log(1 - logits_fake))


def pair_cases(rng):
    for m, n in [(3, 5), (4, 2), (5, 5), (1, 2)]:
        yield logits(m, rng) + 0.7, logits(n, rng) - 0.4
    yield np.array([1000.0, -1000.0, 0.5]), np.array([-1000.0, 1000.0])
    yield np.array([40.0, -40.0, 1.0]), np.array([40.0, -2.0, -40.0])
    yield np.array([1000.0, 1000.0]), np.array([-1000.0])
    yield -rng.uniform(760, 990, 2), rng.uniform(760, 990, 3)  # as sure, and no round numbers


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="23.4", title="The discriminator's loss, from logits", name="discriminator_loss", points=3, minutes=12,
    section="5. Two losses for the generator", difficulty=3, reference=discriminator_loss,
    cases=pair_cases,
    forbidden=("course_utils.generative.discriminator_loss_forward", "family:cross-entropy"),
    alternatives=[discriminator_loss_stable, discriminator_loss_by_loop],
    misconceptions=[
        Misconception("half", lambda real, fake: discriminator_loss(real, fake) / 2,
            "Half of it: you averaged the two means, or took one mean with equal groups in mind. -V is their sum.",
            family="a factor forgotten or doubled"),
        Misconception("one-mean-for-all", discriminator_loss_over_all,
            "All logits went into one mean, as if there were one data set. Then the larger group counts more. "
            "-V has a mean for each group."),
        Misconception("sums", lambda real, fake: softplus(-real).sum() + softplus(fake).sum(),
            "Your loss grows with the size of the batch. Each group has a mean.", family="mean and sum confused"),
        Misconception("sign", lambda real, fake: -discriminator_loss(real, fake),
            "This is V, which the discriminator makes large. A loss is made small.", family="wrong sign"),
        Misconception("minus-between", lambda real, fake: np.mean(softplus(-real)) - np.mean(softplus(fake)),
            "A minus stands between your two means, so a mistake on a generated sample is a gain. Which sign have the "
            "two terms of -V?", family="wrong sign"),
        Misconception("half-of-V", lambda real, fake: -discriminator_loss(real, fake) / 2,
            "Two things at once: this is V and not the loss, and the two means are averaged.",
            family="a factor forgotten or doubled"),
        Misconception("twice-one-mean", lambda real, fake: 2 * discriminator_loss_over_all(real, fake),
            "Twice one mean over all logits is right only where both groups are of one size. -V has a mean for each "
            "group."),
        Misconception("corner", lambda real, fake: np.mean(np.maximum(-real, 0)) + np.mean(np.maximum(fake, 0)),
            "Right for very large logits only. With all logits 0 you give 0, and a judge who knows nothing pays log 4: "
            "log(1 + e^a) has no corner."),
        Misconception("infinity-replaced", discriminator_loss_repaired,
            "Right at 1000, because you put 1000 wherever infinity came out. What about a logit of 800? Go from the "
            "logit to the loss without D.", family="numerical instability"),
        Misconception("log-10", lambda real, fake: discriminator_loss(real, fake) / np.log(10),
            "With all logits 0 you give 0.602: that logarithm has base 10. In nats it is log 4.",
            family="another base of the logarithm"),
        Misconception("labels-exchanged", lambda real, fake: np.mean(softplus(real)) + np.mean(
            softplus(-fake)),
            "A discriminator that is right pays most: your labels have changed places. Which logit should be large, "
            "that of a real sample or that of a generated one?"),
        Misconception("all-real", lambda real, fake: np.mean(softplus(-real)) + np.mean(
            softplus(-fake)),
            "Generated samples are pulled up as if they were real: that is the wish of the generator. Which term of V "
            "has 1 - D?"),
        Misconception("real-only", lambda real, fake: np.mean(softplus(-real)),
            "Generated samples cost nothing in your loss: to say 'real' to everything would be perfect."),
        Misconception("generated-only", lambda real, fake: np.mean(softplus(fake)),
            "Real samples cost nothing in your loss: to say 'generated' to everything would be perfect."),
        Misconception("bits", lambda real, fake: discriminator_loss(real, fake) / np.log(2),
            "Base 2 again? With all logits 0 the loss should be log 4, in nats.", family="bits instead of nats"),
        Misconception("logits-as-probabilities", discriminator_loss_of_raw,
            "You took logarithms of the logits. They may be negative, or above 1: they are not probabilities yet.",
            family="logits and probabilities confused"),
        Misconception("wasserstein", lambda real, fake: np.mean(fake) - np.mean(real),
            "The difference of the mean logits is the loss of another kind of GAN (Wasserstein). Here the logarithms "
            "of probabilities count."),
        Misconception("padded", lambda real, fake: discriminator_loss_of_probabilities(real, fake, tiny=1e-12),
            "Right for ordinary logits; but your loss is capped: a sure mistake with the logit 1000 should cost 1000. "
            "Something was added inside a logarithm, or cut off. Do without probabilities.", seen=capped,
            family="numerical instability"),
        Misconception("through-probabilities", discriminator_loss_of_probabilities,
            "Right for ordinary logits; for large ones infinity or nan comes out, because D was rounded to exactly 0 "
            "or 1 before its logarithm, or an exponential became too large. How can -log D be written with the logit "
            "alone?", seen=not_finite, family="numerical instability"),
    ],
    hints=[
        "Lesson 06 had the two terms: from a logit a, -log D is log(1 + e^-a), and -log(1 - D) is log(1 + e^a).",
        "Real samples give the first, generated ones the second. Two means, added.",
        "log(1 + e^a) at a = 1000 must give 1000. `np.logaddexp(p, q)` is log(e^p + e^q), computed safely: which p "
        "and q do you need?",
    ],
    takeaway="Two cross-entropies, label 1 and label 0, from logits, and never a probability between.",
)
