"""The tasks of lesson 23."""

from fractions import Fraction

import numpy as np

from course_utils.checks import registry
from tests.checks.promises import Given, Passes

RIGHT = {number: exercise.reference for number, exercise in registry.lesson("23").items()}
COLLAPSED, OTHERS = "D* on the only point that G makes", "D* on the seven other points"


def by_a_grid(p_data, p_g):
    """For each point the best of a thousand values of D."""
    D = np.linspace(0.0005, 0.9995, 1000)
    V = p_data[..., None] * np.log(D) + p_g[..., None] * np.log(1 - D)
    return D[V.argmax(axis=-1)]


def through_the_sigmoid(logits_real, logits_fake):
    with np.errstate(all="ignore"):
        D_real, D_fake = 1 / (1 + np.exp(-logits_real)), 1 / (1 + np.exp(-logits_fake))
        return -np.mean(np.log(D_real)) - np.mean(np.log(1 - D_fake))


PROMISES = {
    "23.1": [
        ("the value (23.1)", "loss"),
        ("one number", lambda d_real, d_fake: np.array([RIGHT["23.1"](d_real, d_fake)])),
        ("are the *probabilities*", "sigmoid-again"),
        ("those for generated ones", "groups-exchanged"),
        ("`m` and `n` may differ", Given(lambda d_real, d_fake: len(d_real) != len(d_fake), some=True)),
        ("`m` and `n` may differ", "one-mean-for-all"),
    ],
    "23.2": [
        ("the D that makes V as large as it can be", "exchanged"),
        ("never both 0", Given(lambda p_data, p_g: p_data.shape == p_g.shape and (p_data + p_g > 0).all())),
        ("at each of these points", "not-pointwise"),
        ("a grid of tries is too rough", by_a_grid),
    ],
    "23.3": [
        ("in nats", "bits"),
        ("two distributions over the same `K` outcomes", "mean-over-outcomes"),
        ("sum to 1", Given(lambda p, q: np.allclose([p.sum(), q.sum()], 1))),
        ("Zeros are allowed", Given(lambda p, q: (p == 0).any() and (q == 0).any(), some=True)),
        ("must not give nan", "zero-times-infinity"),
        ("Equal distributions have 0", "value-of-the-game"),
        ("without a common outcome log 2", "zeros-dropped-from-both"),
    ],
    "23.4": [
        ("minus V", "sign"),
        ("from the *logits* of D", "logits-as-probabilities"),
        ("a sum of two means", "one-mean-for-all"),
        ("without a factor 1/2", "half"),
        ("Logits of 1000 and -1000", "through-probabilities"),
        ("Logits of 1000 and -1000", through_the_sigmoid),
    ],
    "23.5": [
        ("the *non-saturating loss", "saturating"),
        ("the mean of -log D", "sum"),
        ("Logits of 1000 and -1000", "through-probabilities"),
        ("Logits of 1000 and -1000", lambda logits: through_the_sigmoid(logits, np.full(1, -40.0))),
    ],
    "23.6": [
        ("the number of centres", "samples-counted"),
        ("(an `int`)", lambda *args: float(RIGHT["23.6"](*args))),
        ("at least one sample", "all-samples-asked"),
        ("at a distance of at most `radius`", "radius-ignored"),
        ("the ordinary, Euclidean one", "city-blocks"),
        ("Centres lie farther", None),
        ("One sample is enough here", "two-percent"),
    ],
    "23.7": [
        ("A colleague trains", None),
        ("one step of D and then one of G", "old-discriminator"),
        ("each on its own loss", "discriminator-turned"),
        ("G's is the non-saturating one", "sign-turned"),
        ("returns the new `w, c, scale, shift`", lambda *args: RIGHT["23.7"](*args)[::-1]),
        ("G goes away from the data", "unrepaired"),
        ("Repair it", None),
        ("There is one fault", "both-turned"),
    ],
    "23.8": [
        ("No code: think", None),
        ("D* is the best discriminator", "two-thirds"),
        ("all values are in nats", "V-bits"),
        ("with respect to D's *logit*", "slope-in-D"),
        ("always makes the same one of them", "one-eighth"),
        ("Three digits are enough", Passes({**RIGHT["23.8"], "V where p_g = p_data": -1.39, COLLAPSED: 0.111})),
        ("expressions such as", Passes({**RIGHT["23.8"], COLLAPSED: Fraction(1, 9), OTHERS: Fraction(1)})),
    ],
    "23.9": [
        ("Write `match_data(best_discriminator, K)`", "not-normalised"),
        ("that is that of the data", "never-moved"),
        ("You never see the data", None),
        ("gives D* for any distribution", "odds-upside-down"),
        ("at most 0.0001 nats", "too-short"),
        ("Walk or calculate", Passes(registry.find("23.9").alternatives[0])),
        ("Walk or calculate", Passes(registry.find("23.9").alternatives[1])),
    ],
}
