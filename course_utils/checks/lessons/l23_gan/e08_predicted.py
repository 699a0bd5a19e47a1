"""Exercise 23.8: Numbers of the game."""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception

# Data for people to read: a paragraph for each misconception.
# fmt: off
SAME, THREE, STRANGERS, FROM_V = (
    "V where p_g = p_data", "D* where data are three times as dense", "JS of distributions that share no outcome",
    "JS if V(D*, G) = -1",
)  # fmt: skip

FLAT, STEEP = "slope of log(1 - D) at D = 0.01", "slope of -log D at D = 0.01"

COLLAPSED, OTHERS = "D* on the only point that G makes", "D* on the seven other points"

RIGHT = {
    SAME: -np.log(4),
    THREE: 0.75,
    STRANGERS: np.log(2),
    FROM_V: (np.log(4) - 1) / 2,
    FLAT: -0.01,
    STEEP: -0.99,
    COLLAPSED: 1 / 9,
    OTHERS: 1.0,
}

ROUNDED = RIGHT | {SAME: -1.386, STRANGERS: 0.693, FROM_V: 0.193, COLLAPSED: 0.111, OTHERS: 1}

ALTERNATIVES = [ROUNDED, dict(reversed(RIGHT.items()))]

WRONG = [
    (SAME, 0.0, "V-zero", "the *divergence* is 0 there. D says 1/2 to every sample; put that into (23.1)."),
    (SAME, -np.log(2), "V-one-term", "there are two terms, and each is log(1/2)."),
    (SAME, np.log(4), "V-sign", "that is the loss of D. V is a sum of logarithms of probabilities."),
    (SAME, -2.0, "V-bits", "-2 is right in bits; in nats each logarithm is 0.693 times as large."),
    (SAME, -2 * np.log10(2), "V-log-10", "your logarithm has base 10. What is the natural logarithm of 1/2?"),
    (THREE, 3.0, "odds-three", "3 are the odds. How many of four samples are real?"),
    (THREE, 2 / 3, "two-thirds", "three parts real and one part generated: how many parts are there?"),
    (THREE, 0.25, "exchanged", "this is the share of the generated samples."),
    (STRANGERS, np.inf, "infinite", "KL would be infinite. Each is compared with the mixture, which is half of it."),
    (STRANGERS, 1.0, "one-bit", "1 is right in bits. And in nats?"),
    (STRANGERS, np.log10(2), "JS-log-10", "that is log 2 in base 10. Nats have base e."),
    (STRANGERS, np.log(4), "log-four", "the two KL are log 2 each, and JS is their mean."),
    (FROM_V, np.log(4) - 1, "not-halved", "(23.5) has *twice* the divergence."),
    (
        FROM_V,
        (-1 - np.log(4)) / 2,
        "minus-log-four",
        "a divergence is not negative. On which side of (23.5) does log 4 stand?",
    ),
    (FROM_V, (np.log(2) - 1) / 2, "log-two", "log 4 stands in (23.5): V has two terms."),
    (FLAT, -0.99, "wrong-way-up", "this is the other loss. Which of the two goes flat when D is sure?"),
    (FLAT, -1 / 0.99, "stopped-at-D", "you stopped at D. Go on to the logit: times D(1 - D)."),
    (FLAT, 0.01, "uphill", "a larger D makes 1 - D smaller. Which sign has the slope?"),
    (FLAT, 0.0, "flat-at-last", "nearly flat, yes. It is 0 only where D is 0: what is it at 0.01?"),
    (STEEP, -100.0, "slope-in-D", "-1/D is the slope in D. The network gives the logit: a factor D(1 - D) comes in."),
    (STEEP, -0.01, "both-flat", "at the other loss you would be right. This one is steep where D is near 0."),
    (STEEP, 0.99, "loss-grows", "this loss falls when the logit grows."),
    (STEEP, -1.0, "steep-at-last", "-1 would be reached at D = 0. What is missing at 0.01?"),
    (
        COLLAPSED,
        1 / 8,
        "one-eighth",
        "1/8 is p_data there. For one real sample there are eight generated ones: one in how many?",
    ),
    (COLLAPSED, 0.0, "never-real", "real samples come there too, one in eight of them."),
    (COLLAPSED, 0.5, "fooled", "1/2 would need p_g = p_data there. But all samples of G are there."),
    (COLLAPSED, 8 / 9, "generated-share", "D is the probability of being real, and the real samples are few there."),
    (OTHERS, 0.5, "no-opinion", "real samples do come from there. Do generated ones?"),
    (OTHERS, 1 / 8, "share-of-data", "1/8 is how often data come there. Of the samples seen there, how many are real?"),
    (OTHERS, 0.0, "nothing-there", "only the *generator* never goes there. Who does?"),
]

FAMILIES = {
    "wrong sign": ["V-sign", "minus-log-four", "uphill", "loss-grows"],
    "bits instead of nats": ["V-bits", "one-bit"],
    "another base of the logarithm": ["V-log-10", "JS-log-10"],
    "a factor forgotten or doubled": ["V-one-term", "log-four", "not-halved", "log-two"],
    "generated taken for real": ["exchanged", "generated-share"],
    "logits and probabilities confused": ["odds-three", "two-thirds", "stopped-at-D", "slope-in-D"],
}
FAMILY = {name: family for family, names in FAMILIES.items() for name in names}

MISCONCEPTIONS = [
    Misconception(name, {entry: value}, f"{entry}: {words}", family=FAMILY.get(name, ""))
    for entry, value, name, words in WRONG
]

EXERCISE = Exercise(
    id="23.8",
    kind="value",
    title="Numbers of the game",
    name="predicted",
    points=4,
    minutes=12,
    difficulty=3,
    section="4. What the game measures",
    reference=RIGHT,
    rtol=6e-3,
    misconceptions=MISCONCEPTIONS,
    alternatives=ALTERNATIVES,
    hints=[
        "Formulas to take: (23.1), (23.3), (23.5). D* is a share: of all samples at a point, how many are real?",
        "The slopes: first in D, then times the slope of the sigmoid, D(1 - D). Much cancels.",
        "Collapse: at the one point p_data = 1/8 and p_g = 1; at each other one p_data = 1/8 and p_g = 0.",
    ],
    takeaway="Shares for D*, log 2 where nothing is shared, and 99 times the slope where D is sure.",
)
