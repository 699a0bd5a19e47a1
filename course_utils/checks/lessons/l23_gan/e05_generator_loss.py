"""Exercise 23.5: The generator's loss that does not go flat."""

import numpy as np

from course_utils.activations import sigmoid
from course_utils.checks.exercise import Exercise, Misconception, quietly
from course_utils.checks.lessons.l23_gan.shared import capped, logits, not_finite, softplus, stable


def generator_loss(logits_fake):
    return np.mean(softplus(-logits_fake))


def generator_loss_stable(logits_fake):
    return stable(-logits_fake).sum() / logits_fake.size


def generator_loss_shifted(logits_fake):
    """-log D = log(1 + e^z) - z."""
    return float(np.mean(stable(logits_fake) - logits_fake))


@quietly
def generator_loss_of_probabilities(logits_fake, tiny=0.0):
    return -np.mean(np.log(1 / (1 + np.exp(-logits_fake)) + tiny))


@quietly
def generator_loss_repaired(logits_fake):
    """Infinity, once it is there, replaced by the number of the example."""
    return np.mean(np.nan_to_num(-np.log(1 / (1 + np.exp(-logits_fake))), posinf=1000.0))


@quietly
def generator_loss_of_raw(logits_fake):
    return -np.mean(np.log(logits_fake))


def fake_cases(rng):
    for n in (4, 3, 6):
        yield logits(n, rng) - 0.4
    yield np.array([-1.5])
    yield np.array([-1000.0, 1000.0, 0.5])
    yield np.array([40.0, -40.0])
    yield np.array([1000.0, 1000.0])
    yield -rng.uniform(760, 990, 3)  # as sure, and no round numbers


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="23.5", title="The generator's loss that does not go flat", name="generator_loss", points=2, minutes=8,
    difficulty=2, section="5. Two losses for the generator", reference=generator_loss, cases=fake_cases,
    forbidden=("course_utils.generative.generator_loss_forward", "family:cross-entropy"),
    alternatives=[generator_loss_stable, generator_loss_shifted],
    misconceptions=[
        Misconception("saturating", lambda logits: -np.mean(softplus(logits)),
            "This is the generator's own term of the game, mean log(1 - D). It goes flat where D is sure; asked is "
            "the loss that is steep there."),
        Misconception("helps-the-discriminator", lambda logits: np.mean(softplus(logits)),
            "Your loss is small when D recognises the generated samples: so the generator would help D. Which label "
            "does the generator wish for its samples?"),
        Misconception("sign", lambda logits: -generator_loss(logits),
            "This is mean log D, which grows when D is fooled. A loss should fall then.", family="wrong sign"),
        Misconception("sum", lambda logits: np.sum(softplus(-logits)),
            "A sum over the batch: the step would grow with the number of samples. Asked is the mean.",
            family="mean and sum confused"),
        Misconception("bits", lambda logits: generator_loss(logits) / np.log(2),
            "At logit 0 you say 1, so your logarithm has base 2. The natural one says log 2 there.",
            family="bits instead of nats"),
        Misconception("log-10", lambda logits: generator_loss(logits) / np.log(10),
            "At logit 0 you say 0.301, so your logarithm has base 10. Which base has the sigmoid?",
            family="another base of the logarithm"),
        Misconception("half", lambda logits: generator_loss(logits) / 2,
            "Half of it. There is one group of samples here: nothing is to be averaged but its losses.",
            family="a factor forgotten or doubled"),
        Misconception("corner", lambda logits: np.mean(np.maximum(-logits, 0)),
            "Right for very large logits only. At 0 you say nothing is lost, and D gives 1/2 there: -log of that is "
            "not 0."),
        Misconception("log-of-mean-D", quietly(lambda logits: -np.log(np.mean(sigmoid(logits)))),
            "You averaged D first and took one logarithm. One sample that fools D then hides all that do not: the "
            "logarithm comes first."),
        Misconception("infinity-replaced", generator_loss_repaired,
            "Right at -1000, because you put 1000 wherever infinity came out. And at -800? Find -log D from the logit "
            "without D.", family="numerical instability"),
        Misconception("one-for-each", lambda logits: softplus(-logits),
            "You have a loss for each sample. Their mean is asked, one number.",
            family="a value for each example instead of one"),
        Misconception("mean-logit", lambda logits: -np.mean(logits),
            "Minus the mean logit: the loss of a Wasserstein GAN. For very negative logits it is nearly right; what "
            "about large ones, where D is fooled already?"),
        Misconception("no-logarithm", lambda logits: np.mean(1 - sigmoid(logits)),
            "1 - D, without a logarithm, goes flat as well where D is sure. Which function of D is steep near 0?"),
        Misconception("probability-of-mean", lambda logits: softplus(-np.mean(logits)),
            "You took the mean of the logits first and one loss of it. The mean comes last."),
        Misconception("logits-as-probabilities", generator_loss_of_raw,
            "You took the logarithm of the logit. What makes a probability of it?",
            family="logits and probabilities confused"),
        Misconception("padded", lambda logits: generator_loss_of_probabilities(logits, tiny=1e-12),
            "Right for ordinary logits; but capped: the logit -1000 should cost 1000, and just there the generator "
            "needs its slope. Leave out what was added inside the logarithm, or cut off.", seen=capped,
            family="numerical instability"),
        Misconception("through-probabilities", generator_loss_of_probabilities,
            "Infinity or nan for a very negative logit: D was rounded to 0, or an exponential overflowed. Go from the "
            "logit to the loss without D.", seen=not_finite, family="numerical instability"),
    ],
    hints=[
        "The generator wishes that D takes its samples for real. Which cross-entropy, with which label, says so?",
        "One term for each sample: -log D. From a logit a that is log(1 + e^-a).",
        "At a = -1000 it must give 1000, at a = 1000 nothing. 23.4 had the same term, for the real samples.",
    ],
    takeaway="The same wish as in the game, with a slope that is steepest where D is sure.",
)
