"""Exercise 23.7: The generator that runs away."""

import numpy as np

from course_utils.activations import sigmoid
from course_utils.checks.exercise import Exercise, Misconception


def gan_step(w, c, scale, shift, x, z, lr):
    fake = scale * z + shift
    w, c = taught(w, c, x, fake, lr)
    error = sigmoid(w * fake + c) - 1
    return w, c, scale - lr * np.mean(error * w * z), shift - lr * np.mean(error * w)


def taught(w, c, x, fake, lr, label_real=1, label_fake=0):
    """The discriminator after one step."""
    real, generated = sigmoid(w * x + c) - label_real, sigmoid(w * fake + c) - label_fake
    slope_w, slope_c = np.mean(real * x) + np.mean(generated * fake), np.mean(real) + np.mean(generated)
    return w - lr * slope_w, c - lr * slope_c


def broken_gan_step(w, c, scale, shift, x, z, lr):
    fake = scale * z + shift
    w, c = taught(w, c, x, fake, lr)
    error = sigmoid(w * fake + c)
    return w, c, scale - lr * np.mean(error * w * z), shift - lr * np.mean(error * w)


def step_by_samples(w, c, scale, shift, x, z, lr):
    """Sample by sample, on the way back: logit, sample, generator."""
    slopes = np.zeros(4)
    for value in x:
        slopes[:2] -= sigmoid(-w * value - c) * np.array([value, 1.0]) / len(x)
    for noise in z:
        slopes[:2] += sigmoid(w * (scale * noise + shift) + c) * np.array([scale * noise + shift, 1.0]) / len(z)
    w, c = w - lr * slopes[0], c - lr * slopes[1]
    for noise in z:
        d_sample = -sigmoid(-w * (scale * noise + shift) - c) * w
        slopes[2:] += d_sample * np.array([noise, 1.0]) / len(z)
    return w, c, scale - lr * slopes[2], shift - lr * slopes[3]


def step_by_matrices(w, c, scale, shift, x, z, lr):
    """Both steps as logistic regression with a column of ones, and weights instead of two means."""
    fake = scale * z + shift
    A = np.column_stack([np.append(x, fake), np.ones(len(x) + len(z))])
    label, share = np.repeat([1.0, 0.0], [len(x), len(z)]), np.repeat([1 / len(x), 1 / len(z)], [len(x), len(z)])
    w, c = np.array([w, c]) - lr * A.T @ (share * (sigmoid(A @ [w, c]) - label))
    d_fake = w * (sigmoid(w * fake + c) - 1) / len(z)
    return float(w), float(c), float(scale - lr * d_fake @ z), float(shift - lr * d_fake.sum())


def step_with(error=lambda p: p - 1, through=lambda w: w, teach=taught, sees_old=False, moves=True):
    """One step with a part exchanged: G's slope at the logit, the way through D, D's own step."""

    def answer(w, c, scale, shift, x, z, lr):
        fake = scale * z + shift
        old, (w, c) = (w, c), teach(w, c, x, fake, lr)
        seen_w, seen_c = old if sees_old else (w, c)
        d_fake = error(sigmoid(seen_w * fake + seen_c)) * through(seen_w)
        return w, c, scale - lr * moves * np.mean(d_fake * z), shift - lr * moves * np.mean(d_fake)

    return answer


def one_after_the_other(w, c, x, fake, lr):
    """c moves once w has moved."""
    new_w, _ = taught(w, c, x, fake, lr)
    return new_w, taught(new_w, c, x, fake, lr)[1]


def step_without_c(w, c, scale, shift, x, z, lr):
    fake = scale * z + shift
    w, c = taught(w, c, x, fake, lr)
    error = sigmoid(w * fake) - 1
    return w, c, scale - lr * np.mean(error * w * z), shift - lr * np.mean(error * w)


def step_cases(rng):
    for m, n in [(4, 6), (5, 3), (1, 2), (6, 6)]:
        w, scale = rng.uniform(0.5, 2.0, 2) * rng.choice([-1.0, 1.0], 2)
        c, shift, lr = rng.uniform(0.3, 1.0) * rng.choice([-1.0, 1.0]), rng.uniform(-1.0, 1.0), rng.uniform(0.1, 0.5)
        yield float(w), float(c), float(scale), float(shift), 3 + rng.normal(size=m), rng.normal(size=n), float(lr)


# Data for people to read: a paragraph for each misconception.
# fmt: off
EXERCISE = Exercise(
    id="23.7", kind="repair", title="The generator that runs away", name="gan_step", points=3, minutes=15,
    difficulty=3, section="6. Learning the ring", reference=gan_step, broken=broken_gan_step,
    cases=step_cases, alternatives=[step_by_samples, step_by_matrices],
    parts=("w", "c", "scale", "shift"),
    misconceptions=[
        Misconception("unrepaired", broken_gan_step,
            "The generator still moves away from the data. In its two lines `error` is D minus a label: which label is "
            "that now, and which does the generator wish for?"),
        Misconception("sign-turned", step_with(error=lambda p: -p),
            "Now it runs towards the data, but by log(1 - D): where D is sure, D is nearly 0, and so is your step. "
            "Asked is the step of the non-saturating loss -log D.", family="wrong sign"),
        Misconception("way-through-D-lost", step_with(through=lambda w: 1.0),
            "The label is right now, but `w` is gone from the generator's lines. The slope comes to the sample through "
            "D's logit w·fake + c: without w, D cannot say in which direction."),
        Misconception("old-discriminator", step_with(sees_old=True),
            "The generator listens to D as it was before its step. In this game D moves first, then G."),
        Misconception("w-before-c", step_with(teach=one_after_the_other),
            "The label is right now. But c was moved after w, by a slope that w had changed already: both slopes "
            "belong to one place."),
        Misconception("c-left-out", step_without_c,
            "The label is right now, but c is gone from the generator's `error`. The logit of D is w·fake + c."),
        Misconception("generator-frozen", step_with(moves=False),
            "scale and shift do not change any more: the generator does not run away now, nor does it learn."),
        Misconception("discriminator-turned", step_with(error=lambda p: p,
            teach=lambda w, c, x, fake, lr: taught(w, c, x, fake, -lr)),
            "You turned the steps of D, which were right: now D unlearns, and the generator helps it. The fault is in "
            "the generator's part."),
        Misconception("labels-of-D-exchanged", step_with(error=lambda p: p,
            teach=lambda w, c, x, fake, lr: taught(w, c, x, fake, lr, label_real=0, label_fake=1)),
            "You exchanged the labels of D. It would work, with D the probability of being *generated*; but D is the "
            "probability of being real in this course. Which one label is wrong instead?"),
        Misconception("both-turned", step_with(
            teach=lambda w, c, x, fake, lr: taught(w, c, x, fake, lr, label_fake=1)),
            "The generator is right now, but D learns that everything is real. Its label for generated samples was 0."),
        Misconception("all-uphill", step_with(error=lambda p: 1 - p),
            "The label is 1 now, but the sign was turned too: two changes that undo each other.", family="wrong sign"),
    ],
    hints=[
        "Run the cell below it: in which direction does shift move, and where are the data?",
        "For a cross-entropy, the slope at the logit is D minus the label (lesson 06). Find the label in each of the "
        "three places.",
        "D has label 1 for real and 0 for generated samples: right. In G's part, 0 stands where the generator's wish "
        "should.",
    ],
    takeaway="Same samples, same D, other label: that is all that makes the two networks opponents.",
)
