"""Exercise 23.6: How many modes are reached?"""

import numpy as np

from course_utils.checks.exercise import Exercise, Misconception


def mode_coverage(samples, centers, radius):
    distance = np.sqrt(np.sum((samples[:, None] - centers) ** 2, axis=-1))  # (n, K)
    return int(np.sum(np.any(distance <= radius, axis=0)))


def coverage_by_loop(samples, centers, radius):
    reached = 0
    for center in centers:
        if any(np.linalg.norm(x - center) <= radius for x in samples):
            reached += 1
    return reached


def coverage_by_set(samples, centers, radius):
    """Each sample near its nearest centre gives that centre's number; how many numbers are there?"""
    found = set()
    for x in samples:
        squared = ((centers - x) ** 2).sum(axis=1)
        if squared.min() <= radius**2:
            found.add(int(squared.argmin()))
    return len(found)


def near(samples, centers, radius, order=2):
    """(n, K): is the sample near the centre?"""
    return np.linalg.norm(samples[:, None] - centers, axis=-1, ord=order) <= radius


def coverage_squared(samples, centers, radius):
    return int((((samples[:, None] - centers) ** 2).sum(axis=-1) <= radius).any(axis=0).sum())


def within(samples, centers, radius):
    """How many centres have a sample so near."""
    return int(near(samples, centers, radius).any(axis=0).sum())


def coverage_by_mean(samples, centers, radius):
    """The root of the mean square: smaller than the distance by the root of D."""
    return int((np.sqrt(((samples[:, None] - centers) ** 2).mean(axis=-1)) <= radius).any(axis=0).sum())


def coverage_of_all_at_once(samples, centers, radius):
    """One distance for a centre, through all samples and coordinates."""
    return sum(int(np.linalg.norm(samples - center) <= radius) for center in centers)


def coverage_two_percent(samples, centers, radius):
    return int((near(samples, centers, radius).mean(axis=0) >= 0.02).sum())


def coverage_nearest(samples, centers, radius):
    return len(set(np.linalg.norm(samples[:, None] - centers, axis=-1).argmin(axis=1).tolist()))


def coverage_cases(rng):
    for K, D, radius in [(5, 2, 0.4), (4, 2, 2.5), (3, 3, 0.4), (6, 1, 2.0)]:
        yield ring_of_samples(K, D, radius, rng)
    center = rng.normal(size=(3, 2)) + 20 * np.arange(3.0)[:, None]
    yield center[1] + 0.1 * rng.normal(size=(7, 2)), center, 1.0  # collapsed: all samples in one mode
    yield center[:2] + 5.0, center, 1.0  # no sample near any
    yield center[[2, 0, 1, 1]] + 0.1, center, 0.5  # all are reached
    yield center[:1] + 0.1, center[:1], 0.5
    yield np.array([[3.0, 4.0], [9.0, 9.0]]), np.array([[0.0, 0.0], [50.0, 0.0]]), 5.0  # just at the radius
    yield np.concatenate([center[:1].repeat(70, axis=0) + 0.1, center[1:2]]), center, 1.0  # one of 71 is enough

    yield from deciding_cases(rng)


def deciding_cases(rng):
    """Samples by which ways to be near differ: in the mean, along an axis, within twice the radius."""
    center = 40.0 * np.arange(1, 6)[:, None] * np.ones(2) + rng.normal(size=(5, 2))
    along, across, outside = np.array([1.2, 0.0]), np.array([0.8, 0.8]), np.array([1.3, 1.3])
    yield np.array([center[0] + along, center[1] - along, center[2] + 0.1, center[3] + 0.2]), center, 1.0
    yield np.array([center[0] + across, center[1] + outside, center[2] - outside, center[3] + 0.1]), center, 1.0
    ways = np.array([[0.6, 0.0], [0.0, 0.6], [-0.6, 0.0], [0.0, -0.6]])
    yield center[0] + np.concatenate([ways, ways]), center, 1.0  # each is near, and so is not all of them as one


def ring_of_samples(K, D, radius, rng):
    """Centres far from each other; the first is reached by many, some only nearly, the last by none."""
    centers = 12.0 * radius * np.arange(1.0, K + 1)[:, None] * np.ones(D) + rng.uniform(-1, 1, (K, D)) * radius
    way = np.ones(D) / np.sqrt(D)
    reached = [centers[0] + s * radius * way for s in (0.1, -0.2, 0.3)] + [centers[1] + 0.95 * radius * way]
    nearly = [centers[2] + 1.1 * radius * way]  # with each number at most the radius, but not the distance
    order = rng.permutation(5)
    return np.array([*reached, *nearly])[order], rng.permutation(centers), radius


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="23.6", title="How many modes are reached?", name="mode_coverage", points=3, minutes=12, difficulty=2,
    section="6. Learning the ring", reference=mode_coverage, cases=coverage_cases,
    forbidden=("course_utils.generative.mode_coverage", "course_utils.generative.modes.mode_coverage"),
    alternatives=[coverage_by_loop, coverage_by_set],
    misconceptions=[
        Misconception("samples-counted", lambda s, c, radius: int(near(s, c, radius).any(axis=1).sum()),
            "You counted samples that are near some centre. A collapsed generator would do well then: count the "
            "centres."),
        Misconception("two-percent", coverage_two_percent,
            "You ask for 2 % of the samples, as the lesson did. Here one sample is enough, of however many."),
        Misconception("radius-ignored", coverage_nearest,
            "radius changes nothing in your answer: a sample counts for its nearest centre however far away it is."),
        Misconception("distance-squared", coverage_squared,
            "You compare the *squared* distance with the radius. That agrees only where the radius is 1."),
        Misconception("axis-by-axis", lambda s, c, radius: int(near(s, c, radius, np.inf).any(axis=0).sum()),
            "You compare each coordinate with the radius. That is a square round the centre; its corners are farther "
            "away than the radius."),
        Misconception("root-of-the-mean", coverage_by_mean,
            "You took the mean of the squares where their sum was meant: your distances are too short by the root of "
            "the number of coordinates.", family="mean and sum confused"),
        Misconception("twice-the-radius", lambda s, c, radius: within(s, c, 2 * radius),
            "Your balls are twice as large: a diameter is compared with a distance from the centre.",
            family="a factor forgotten or doubled"),
        Misconception("radius-squared", lambda s, c, radius: within(s, c, radius**2),
            "You squared the radius, but not the distance. Square both, or none."),
        Misconception("strictly-nearer",
            lambda s, c, radius: int((np.linalg.norm(s[:, None] - c, axis=-1) < radius).any(axis=0).sum()),
            "A sample at exactly the radius counts too: at *most* that distance is asked.", family="off by one"),
        Misconception("from-the-origin", lambda s, c, radius: int((np.linalg.norm(s, axis=1) <= radius).sum()),
            "You measure how far samples are from 0, and no centre comes in. From where to where goes the distance?"),
        Misconception("one-distance-for-all", coverage_of_all_at_once,
            "You take one distance through all samples together. Each sample has its own: along which axis do you add "
            "up?", family="wrong axis"),
        Misconception("city-blocks", lambda s, c, radius: int(near(s, c, radius, 1).any(axis=0).sum()),
            "You added the differences of the coordinates. Along the straight line it is shorter: squares and a root."),
        Misconception("share", lambda s, c, radius: float(near(s, c, radius).any(axis=0).mean()),
            "This is the share of the centres. Asked is how many."),
        Misconception("share-of-samples", lambda s, c, radius: float(near(s, c, radius).any(axis=1).mean()),
            "This is the share of samples near some centre: the quality, not the coverage. A collapsed generator has "
            "a share of 1."),
        Misconception("missed-counted", lambda s, c, radius: int((~near(s, c, radius).any(axis=0)).sum()),
            "You counted the centres that were *not* reached."),
        Misconception("all-samples-asked", lambda s, c, radius: int(near(s, c, radius).all(axis=0).sum()),
            "You ask that *all* samples are near a centre. One sample is enough to reach it."),
        Misconception("a-list-of-centres", lambda s, c, radius: near(s, c, radius).any(axis=0),
            "For each centre you say whether it is reached. How many are True?"),
        Misconception("samples-for-each", lambda s, c, radius: near(s, c, radius).sum(axis=0),
            "You have the number of samples near each centre. How many of these numbers are not 0?"),
        Misconception("yes-or-no", lambda s, c, radius: bool(near(s, c, radius).any(axis=0).all()),
            "You say whether all centres are reached. The generator may have reached half of them: how many?"),
    ],
    hints=[
        "Take one centre. How do you find out whether any sample is near it?",
        "All differences at once: samples[:, None] - centers has shape (n, K, D). What is left after the distance?",
        "A table (n, K) of True and False: is sample i near centre k? Which axis disappears with any?",
    ],
    takeaway="Coverage counts modes and quality counts samples: a collapsed generator is good at one of them only.",
)
