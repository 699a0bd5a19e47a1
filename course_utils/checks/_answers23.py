"""Answers to the exercises of lesson 23, right and wrong."""

import numpy as np

from course_utils.checks._answers06 import quietly, sigmoid


def softplus(z):
    return np.logaddexp(0, z)


# 23.1 ---------------------------------------------------------------------------------------------------------------
def gan_value(d_real, d_fake):
    return np.mean(np.log(d_real)) + np.mean(np.log(1 - d_fake))


def value_by_loop(d_real, d_fake):
    for_real = sum(np.log(p) for p in d_real) / len(d_real)
    return for_real + sum(np.log1p(-p) for p in d_fake) / len(d_fake)


def value_by_weights(d_real, d_fake):
    """One sum over all samples, each with the weight of its mean."""
    weight = np.repeat([1 / len(d_real), 1 / len(d_fake)], [len(d_real), len(d_fake)])
    return float(weight @ np.log(np.concatenate([d_real, 1 - d_fake])))


def value_over_all(d_real, d_fake):
    return np.mean(np.log(np.concatenate([d_real, 1 - d_fake])))


def value_padded(d_real, d_fake):
    return np.mean(np.log(d_real + 1e-8)) + np.mean(np.log(1 - d_fake + 1e-8))


def is_padded(received, expected, case):
    """Wrong only where a probability is very near 0 or 1, and finite there."""
    d = np.concatenate(case.args)
    return min(d.min(), 1 - d.max()) < 1e-4 and abs(received - expected) < 8


# 23.2 ---------------------------------------------------------------------------------------------------------------
def optimal_discriminator(p_data, p_g):
    return p_data / (p_data + p_g)


def best_by_loop(p_data, p_g):
    D = np.empty(p_data.shape)
    for place in np.ndindex(D.shape):
        D[place] = p_data[place] / (p_data[place] + p_g[place])
    return D


@quietly
def best_by_logit(p_data, p_g):
    return sigmoid(np.log(p_data) - np.log(p_g))


def is_padded_ratio(received, expected, case):
    """Right for ordinary densities, too near 0 for tiny ones."""
    received = np.asarray(received)
    return (
        received.shape == expected.shape
        and np.max(case.args) < 1e-6
        and np.all((received >= 0) & (received < expected))
    )


# 23.3 ---------------------------------------------------------------------------------------------------------------
def jensen_shannon(p, q):
    m = (p + q) / 2
    return (kl(p, m) + kl(q, m)) / 2


def kl(p, q):
    """Σ p log(p / q), where outcomes with p = 0 count nothing."""
    there = p > 0
    return np.sum(p[there] * np.log(p[there] / q[there]))


def jensen_by_entropies(p, q):
    return entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2


def entropy(p):
    return -sum(v * np.log(v) for v in p if v > 0)


def jensen_by_game(p, q):
    """From the value of the game against the best discriminator: (V + log 4) / 2."""
    V = 0.0
    for a, b in zip(p, q, strict=True):
        V += a * np.log(a / (a + b)) if a > 0 else 0.0
        V += b * np.log(b / (a + b)) if b > 0 else 0.0
    return (V + np.log(4)) / 2


@quietly
def kl_plain(p, q):
    return np.sum(p * np.log(p / q))


@quietly
def jensen_naive(p, q):
    m = (p + q) / 2
    return (np.sum(p * np.log(p / m)) + np.sum(q * np.log(q / m))) / 2


@quietly
def jensen_padded(p, q):
    m = (p + q) / 2
    return (np.sum(p * np.log(p / m + 1e-12)) + np.sum(q * np.log(q / m + 1e-12))) / 2


def jensen_with(mix=lambda p, q: (p + q) / 2, combine=lambda a, b: (a + b) / 2):
    """The right divergence with one part exchanged."""

    def answer(p, q):
        m = mix(p, q)
        return combine(kl(p, m), kl(q, m))

    return answer


@quietly
def jensen_swapped_kl(p, q):
    """KL from the mixture to each, not from each to the mixture: infinite where one of them is 0."""
    m = (p + q) / 2
    return (kl(m, p) + kl(m, q)) / 2


def jensen_both_present(p, q):
    there = (p > 0) & (q > 0)
    return jensen_shannon(p[there], q[there])


# 23.4, 23.5 ---------------------------------------------------------------------------------------------------------
def discriminator_loss(logits_real, logits_fake):
    return np.mean(softplus(-logits_real)) + np.mean(softplus(logits_fake))


def stable(z):
    """log(1 + e^z) without the exponential of a positive number."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


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
def discriminator_loss_of_raw(logits_real, logits_fake):
    return -np.mean(np.log(logits_real)) - np.mean(np.log(1 - logits_fake))


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
def generator_loss_of_raw(logits_fake):
    return -np.mean(np.log(logits_fake))


def not_finite(received, expected, case):
    """Infinity or nan where a number was expected, for large logits only."""
    largest = max(np.abs(z).max() for z in case.args)
    return np.ndim(received) == 0 and not np.isfinite(received) and largest > 30


def capped(received, expected, case):
    """Wrong for large logits only, and too small there: something stands in the logarithm."""
    largest = max(np.abs(z).max() for z in case.args)
    about = -1e-6 <= received < expected - 1 or abs(received - expected) < 1e-4
    return np.ndim(received) == 0 and largest > 30 and about


# 23.6 ---------------------------------------------------------------------------------------------------------------
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


def coverage_two_percent(samples, centers, radius):
    return int((near(samples, centers, radius).mean(axis=0) >= 0.02).sum())


def coverage_nearest(samples, centers, radius):
    return len(set(np.linalg.norm(samples[:, None] - centers, axis=-1).argmin(axis=1).tolist()))


# 23.7 ---------------------------------------------------------------------------------------------------------------
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
