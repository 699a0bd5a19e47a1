"""Exercises of lesson 23: the value of the game, its best players, losses, coverage, repair, numbers, search."""

import numpy as np

from course_utils.checks import _answers23 as answers
from course_utils.checks import _cases23 as cases
from course_utils.checks import _predictions23 as predictions
from course_utils.checks import _search23 as search
from course_utils.checks.exercise import Exercise, Metric, Misconception

# Data for people to read: a paragraph for each misconception.
# fmt: off
CROSS_ENTROPIES = (
    "course_utils.losses.binary_cross_entropy_forward", "torch.nn.functional.binary_cross_entropy_with_logits",
    "torch.nn.functional.binary_cross_entropy", "sklearn.metrics.log_loss",
)

VALUE = Exercise(
    id="23.1", title="The value of the game", name="gan_value", points=2, minutes=8, difficulty=1,
    section="2. A game for two", reference=answers.gan_value, cases=cases.value_cases,
    forbidden=("course_utils.generative.gan_value", "course_utils.generative.game.gan_value", *CROSS_ENTROPIES),
    alternatives=[answers.value_by_loop, answers.value_by_weights],
    misconceptions=[
        Misconception("bits", lambda d_real, d_fake: answers.gan_value(d_real, d_fake) / np.log(2),
            "Your logarithm has base 2: a discriminator that says 1/2 to all gets -2 from you. We count in nats."),
        Misconception("sums", lambda d_real, d_fake: np.log(d_real).sum() + np.log(1 - d_fake).sum(),
            "Your V grows with the number of samples. What stands for the expectations of (23.1), for samples?"),
        Misconception("one-mean-for-all", answers.value_over_all,
            "You put all logarithms into one mean. Then the larger group counts more; in (23.1) real and generated "
            "samples each have a mean of their own."),
        Misconception("half", lambda d_real, d_fake: answers.gan_value(d_real, d_fake) / 2,
            "Half of what it should be: you averaged the two means. (23.1) adds them."),
        Misconception("loss", lambda d_real, d_fake: -answers.gan_value(d_real, d_fake),
            "The sign is turned: this is the loss of the discriminator. V itself is what it makes large; can a sum of "
            "logarithms of probabilities be positive?"),
        Misconception("no-one-minus", lambda d_real, d_fake: np.log(d_real).mean() + np.log(d_fake).mean(),
            "For a generated sample a good discriminator says nearly 0, and you punish it for that. What is the "
            "probability of its being right there?"),
        Misconception("one-minus-twice",
            answers.quietly(lambda d_real, d_fake: np.log(1 - d_real).mean() + np.log(1 - d_fake).mean()),
            "You treat the real samples as generated ones too. 1 - D belongs to one of the two terms only."),
        Misconception("groups-exchanged",
            answers.quietly(lambda d_real, d_fake: np.log(1 - d_real).mean() + np.log(d_fake).mean()),
            "Real and generated have changed places: you give the best V to a discriminator that is always wrong."),
        Misconception("log-of-means", lambda d_real, d_fake: np.log(d_real.mean()) + np.log(1 - d_fake.mean()),
            "You averaged the probabilities first. In (23.1) the logarithm is inside the expectation."),
        Misconception("sigmoid-again", lambda d_real, d_fake: answers.gan_value(
            answers.sigmoid(d_real), answers.sigmoid(d_fake)),
            "You took the sigmoid of numbers that are probabilities already. In this exercise nothing is a logit."),
        Misconception("padded", answers.value_padded,
            "Right where D is moderate, a little off where it is very sure: a small number stands in the logarithm, "
            "or D was cut. What does a sure mistake cost without that?", seen=answers.is_padded),
    ],
    hints=[
        "What should come out if D says 1/2 to every sample? And if it is always right, and certain?",
        "Two groups of samples, two means. In each group: the logarithm of the probability that D is right.",
        "On a real sample D is right with probability D; on a generated one with 1 - D.",
    ],
    takeaway="V is the log-probability of being right, once for each kind of sample.",
)

BEST = Exercise(
    id="23.2", title="The discriminator that no other beats", name="optimal_discriminator", points=2, minutes=8,
    section="3. The best discriminator", difficulty=2, reference=answers.optimal_discriminator,
    cases=cases.density_cases,
    forbidden=("course_utils.generative.optimal_discriminator", "course_utils.generative.game.optimal_discriminator"),
    alternatives=[
        answers.best_by_loop, answers.best_by_logit,
        answers.quietly(lambda p_data, p_g: 1 / (1 + p_g / p_data)),
        lambda p_data, p_g: 1 - p_g / (p_g + p_data),
    ],
    misconceptions=[
        Misconception("exchanged", lambda p_data, p_g: p_g / (p_data + p_g),
            "Your D is large where the generator puts its samples. This is the probability of being *generated*."),
        Misconception("ratio", answers.quietly(lambda p_data, p_g: p_data / p_g),
            "These are odds: they can be larger than 1. Odds of real to generated; which probability belongs to them?"),
        Misconception("log-ratio", answers.quietly(lambda p_data, p_g: np.log(p_data / p_g)),
            "This is the best *logit*. One step is missing between a logit and a probability."),
        Misconception("mixture-halved", lambda p_data, p_g: p_data / ((p_data + p_g) / 2),
            "Your D goes up to 2. You divided by the mean of the two densities; that belongs to the Jensen-Shannon "
            "divergence. What must D be where the generator never goes?"),
        Misconception("not-pointwise", lambda p_data, p_g: p_data / (p_data + p_g).sum(),
            "You divide by one number for all points. The best D is found at each point by itself: which two "
            "densities matter there?"),
        Misconception("densities-rescaled", lambda p_data, p_g: answers.optimal_discriminator(
            p_data / p_data.sum(), p_g / p_g.sum()),
            "You made both densities sum to 1 first. They are given at a few points, and not all of the space: take "
            "them as they are."),
        Misconception("softmax", lambda p_data, p_g: answers.sigmoid(p_data - p_g),
            "You took exponentials of the densities, as in a softmax. Densities are positive already; which two "
            "shares should add up to 1?"),
        Misconception("difference", lambda p_data, p_g: p_data - p_g,
            "A difference can be negative, so it is no probability. Compare the densities by a share."),
        Misconception("decided", lambda p_data, p_g: (p_data > p_g).astype(float),
            "Only 0 and 1 come out: you decided. What does a decision cost that is certain and wrong?"),
        Misconception("always-one-half", lambda p_data, p_g: np.full(p_data.shape, 0.5),
            "1/2 everywhere is the end of the game, when both densities agree. Here they do not yet."),
        Misconception("padded", lambda p_data, p_g: p_data / (p_data + p_g + 1e-8),
            "Right for ordinary densities, too small far out, where both are tiny: something was added below the "
            "fraction line. The sum is never 0 here; is it needed?", seen=answers.is_padded_ratio),
    ],
    hints=[
        "At one point, 3 of 4 samples are real. What should D say there?",
        "D* is the share of real samples among all the samples at that point.",
        "It is 1 where the generator never goes, 1/2 where both are as dense, 0 where there are no data.",
    ],
    takeaway="The best discriminator knows the ratio of the two densities at each point, and nothing else.",
)

DIVERGENCE = Exercise(
    id="23.3", title="The Jensen-Shannon divergence", name="jensen_shannon", points=3, minutes=15, difficulty=3,
    section="4. What the game measures", reference=answers.jensen_shannon, cases=cases.distribution_cases,
    forbidden=("course_utils.generative.jensen_shannon", "course_utils.generative.game.jensen_shannon",
               ".jensenshannon"), time_limit=15,
    alternatives=[answers.jensen_by_entropies, answers.jensen_by_game],
    misconceptions=[
        Misconception("kl", answers.kl_plain,
            "This is KL(p‖q), without a mixture: it is not the same both ways, and infinite or nan where q is 0. With "
            "what does (23.4) compare p?"),
        Misconception("kl-other-way", lambda p, q: answers.kl_plain(q, p),
            "This is KL(q‖p). (23.4) has two such terms, and each compares with the mixture m."),
        Misconception("symmetrised-kl", lambda p, q: (answers.kl_plain(p, q) + answers.kl_plain(q, p)) / 2,
            "It is symmetric now, but p and q are still compared with each other, so zeros make it infinite or nan. "
            "Compare each with their mean m instead."),
        Misconception("no-half", answers.jensen_with(combine=lambda a, b: a + b),
            "Twice too large: two distributions that share nothing get log 4 from you. Which factor stands before "
            "each term of (23.4)?"),
        Misconception("mixture-not-halved", answers.jensen_with(mix=lambda p, q: p + q),
            "Your value is too small by log 2, and negative for equal distributions. Does your mixture sum to 1?"),
        Misconception("one-side-only", answers.jensen_with(combine=lambda a, b: a),
            "You compare p with the mixture, but not q. Exchange p and q: the result should stay the same."),
        Misconception("root", lambda p, q: np.sqrt(max(answers.jensen_shannon(p, q), 0)),
            "This is the root, a distance (SciPy returns it). Asked is the divergence itself."),
        Misconception("bits", lambda p, q: answers.jensen_shannon(p, q) / np.log(2),
            "Two distributions that share nothing get 1 from you: that is one bit. In nats it is log 2."),
        Misconception("zero-times-infinity", answers.jensen_naive,
            "Right without zeros. Where a probability is 0 you compute 0 · (-inf), which is nan. What should an "
            "outcome that never happens contribute?"),
        Misconception("padded", answers.jensen_padded,
            "Right unless an outcome has probability 0 in both: there m is 0 too, and p / m is nan. Leave it out."),
        Misconception("zeros-dropped-from-both", answers.jensen_both_present,
            "You left out each outcome that one of the two never has. But such outcomes are what tells them apart: "
            "only the one term whose own probability is 0 contributes nothing."),
        Misconception("from-the-mixture", answers.jensen_swapped_kl,
            "You measure from the mixture to p and q: KL(m‖p). That is infinite as soon as one of them has a 0. Which "
            "one stands first in (23.4)?"),
        Misconception("mean-over-outcomes", lambda p, q: answers.jensen_shannon(p, q) / len(p),
            "You took the mean over the outcomes. The probabilities are the weights: take the sum."),
        Misconception("value-of-the-game", lambda p, q: 2 * answers.jensen_shannon(p, q) - np.log(4),
            "This is V(D*, G), the value of the game. Solve (23.5) for the divergence."),
        Misconception("half-the-distance", lambda p, q: np.abs(p - q).sum() / 2,
            "Half the sum of |p - q| is another way to compare two distributions. In (23.4) there are logarithms."),
    ],
    hints=[
        "Three lines: the mixture m, then how far p is from m and how far q is.",
        "KL(p‖m) is a sum over outcomes, of p times the logarithm of p / m.",
        "A term with p = 0 is 0, though its logarithm is not finite. Take such outcomes out of *that* sum before "
        "you take a logarithm: `there = p > 0`.",
        "m = the mean of both; kl_p = sum of p[there] * log(... / ...); the same for q; and the mean of the two.",
    ],
    takeaway="Compared with their mixture, even distributions that never meet have a finite distance.",
)

D_LOSS = Exercise(
    id="23.4", title="The discriminator's loss, from logits", name="discriminator_loss", points=3, minutes=12,
    section="5. Two losses for the generator", difficulty=3, reference=answers.discriminator_loss,
    cases=cases.pair_cases,
    forbidden=("course_utils.generative.discriminator_loss_forward",
               "course_utils.generative.game.discriminator_loss_forward", *CROSS_ENTROPIES),
    alternatives=[answers.discriminator_loss_stable, answers.discriminator_loss_by_loop],
    misconceptions=[
        Misconception("half", lambda real, fake: answers.discriminator_loss(real, fake) / 2,
            "Half of it: you averaged the two means, or took one mean with equal groups in mind. -V is their sum."),
        Misconception("one-mean-for-all", answers.discriminator_loss_over_all,
            "All logits went into one mean, as if there were one data set. Then the larger group counts more. "
            "-V has a mean for each group."),
        Misconception("sums", lambda real, fake: answers.softplus(-real).sum() + answers.softplus(fake).sum(),
            "Your loss grows with the size of the batch. Each group has a mean."),
        Misconception("sign", lambda real, fake: -answers.discriminator_loss(real, fake),
            "This is V, which the discriminator makes large. A loss is made small."),
        Misconception("labels-exchanged", lambda real, fake: np.mean(answers.softplus(real)) + np.mean(
            answers.softplus(-fake)),
            "A discriminator that is right pays most: your labels have changed places. Which logit should be large, "
            "that of a real sample or that of a generated one?"),
        Misconception("all-real", lambda real, fake: np.mean(answers.softplus(-real)) + np.mean(
            answers.softplus(-fake)),
            "Generated samples are pulled up as if they were real: that is the wish of the generator. Which term of V "
            "has 1 - D?"),
        Misconception("real-only", lambda real, fake: np.mean(answers.softplus(-real)),
            "Generated samples cost nothing in your loss: to say 'real' to everything would be perfect."),
        Misconception("generated-only", lambda real, fake: np.mean(answers.softplus(fake)),
            "Real samples cost nothing in your loss: to say 'generated' to everything would be perfect."),
        Misconception("bits", lambda real, fake: answers.discriminator_loss(real, fake) / np.log(2),
            "Base 2 again? With all logits 0 the loss should be log 4, in nats."),
        Misconception("logits-as-probabilities", answers.discriminator_loss_of_raw,
            "You took logarithms of the logits. They may be negative, or above 1: they are not probabilities yet."),
        Misconception("wasserstein", lambda real, fake: np.mean(fake) - np.mean(real),
            "The difference of the mean logits is the loss of another kind of GAN (Wasserstein). Here the logarithms "
            "of probabilities count."),
        Misconception("padded", lambda real, fake: answers.discriminator_loss_of_probabilities(real, fake, tiny=1e-12),
            "Right for ordinary logits; but your loss is capped: a sure mistake with the logit 1000 should cost 1000. "
            "Something was added inside a logarithm, or cut off. Do without probabilities.", seen=answers.capped),
        Misconception("through-probabilities", answers.discriminator_loss_of_probabilities,
            "Right for ordinary logits; for large ones infinity or nan comes out, because D was rounded to exactly 0 "
            "or 1 before its logarithm, or an exponential became too large. How can -log D be written with the logit "
            "alone?", seen=answers.not_finite),
    ],
    hints=[
        "Lesson 06 had the two terms: from a logit a, -log D is log(1 + e^-a), and -log(1 - D) is log(1 + e^a).",
        "Real samples give the first, generated ones the second. Two means, added.",
        "log(1 + e^a) at a = 1000 must give 1000. `np.logaddexp(p, q)` is log(e^p + e^q), computed safely: which p "
        "and q do you need?",
    ],
    takeaway="Two cross-entropies, label 1 and label 0, from logits, and never a probability between.",
)

G_LOSS = Exercise(
    id="23.5", title="The generator's loss that does not go flat", name="generator_loss", points=2, minutes=8,
    difficulty=2, section="5. Two losses for the generator", reference=answers.generator_loss, cases=cases.fake_cases,
    forbidden=("course_utils.generative.generator_loss_forward", "course_utils.generative.game.generator_loss_forward",
               *CROSS_ENTROPIES),
    alternatives=[answers.generator_loss_stable, answers.generator_loss_shifted],
    misconceptions=[
        Misconception("saturating", lambda logits: -np.mean(answers.softplus(logits)),
            "This is the generator's own term of the game, mean log(1 - D). It goes flat where D is sure; asked is "
            "the loss that is steep there."),
        Misconception("helps-the-discriminator", lambda logits: np.mean(answers.softplus(logits)),
            "Your loss is small when D recognises the generated samples: so the generator would help D. Which label "
            "does the generator wish for its samples?"),
        Misconception("sign", lambda logits: -answers.generator_loss(logits),
            "This is mean log D, which grows when D is fooled. A loss should fall then."),
        Misconception("sum", lambda logits: np.sum(answers.softplus(-logits)),
            "A sum over the batch: the step would grow with the number of samples. Asked is the mean."),
        Misconception("bits", lambda logits: answers.generator_loss(logits) / np.log(2),
            "At logit 0 you say 1, so your logarithm has base 2. The natural one says log 2 there."),
        Misconception("one-for-each", lambda logits: answers.softplus(-logits),
            "You have a loss for each sample. Their mean is asked, one number."),
        Misconception("mean-logit", lambda logits: -np.mean(logits),
            "Minus the mean logit: the loss of a Wasserstein GAN. For very negative logits it is nearly right; what "
            "about large ones, where D is fooled already?"),
        Misconception("no-logarithm", lambda logits: np.mean(1 - answers.sigmoid(logits)),
            "1 - D, without a logarithm, goes flat as well where D is sure. Which function of D is steep near 0?"),
        Misconception("probability-of-mean", lambda logits: answers.softplus(-np.mean(logits)),
            "You took the mean of the logits first and one loss of it. The mean comes last."),
        Misconception("logits-as-probabilities", answers.generator_loss_of_raw,
            "You took the logarithm of the logit. What makes a probability of it?"),
        Misconception("padded", lambda logits: answers.generator_loss_of_probabilities(logits, tiny=1e-12),
            "Right for ordinary logits; but capped: the logit -1000 should cost 1000, and just there the generator "
            "needs its slope. Leave out what was added inside the logarithm, or cut off.", seen=answers.capped),
        Misconception("through-probabilities", answers.generator_loss_of_probabilities,
            "Infinity or nan for a very negative logit: D was rounded to 0, or an exponential overflowed. Go from the "
            "logit to the loss without D.", seen=answers.not_finite),
    ],
    hints=[
        "The generator wishes that D takes its samples for real. Which cross-entropy, with which label, says so?",
        "One term for each sample: -log D. From a logit a that is log(1 + e^-a).",
        "At a = -1000 it must give 1000, at a = 1000 nothing. 23.4 had the same term, for the real samples.",
    ],
    takeaway="The same wish as in the game, with a slope that is steepest where D is sure.",
)

COVERAGE = Exercise(
    id="23.6", title="How many modes are reached?", name="mode_coverage", points=3, minutes=12, difficulty=2,
    section="6. Learning the ring", reference=answers.mode_coverage, cases=cases.coverage_cases, same_dtype=False,
    forbidden=("course_utils.generative.mode_coverage", "course_utils.generative.modes.mode_coverage"),
    alternatives=[answers.coverage_by_loop, answers.coverage_by_set],
    misconceptions=[
        Misconception("samples-counted", lambda s, c, radius: int(answers.near(s, c, radius).any(axis=1).sum()),
            "You counted samples that are near some centre. A collapsed generator would do well then: count the "
            "centres."),
        Misconception("two-percent", answers.coverage_two_percent,
            "You ask for 2 % of the samples, as the lesson did. Here one sample is enough, of however many."),
        Misconception("radius-ignored", answers.coverage_nearest,
            "radius changes nothing in your answer: a sample counts for its nearest centre however far away it is."),
        Misconception("distance-squared", answers.coverage_squared,
            "You compare the *squared* distance with the radius. That agrees only where the radius is 1."),
        Misconception("axis-by-axis", lambda s, c, radius: int(answers.near(s, c, radius, np.inf).any(axis=0).sum()),
            "You compare each coordinate with the radius. That is a square round the centre; its corners are farther "
            "away than the radius."),
        Misconception("city-blocks", lambda s, c, radius: int(answers.near(s, c, radius, 1).any(axis=0).sum()),
            "You added the differences of the coordinates. Along the straight line it is shorter: squares and a root."),
        Misconception("share", lambda s, c, radius: float(answers.near(s, c, radius).any(axis=0).mean()),
            "This is the share of the centres. Asked is how many."),
        Misconception("share-of-samples", lambda s, c, radius: float(answers.near(s, c, radius).any(axis=1).mean()),
            "This is the share of samples near some centre: the quality, not the coverage. A collapsed generator has "
            "a share of 1."),
        Misconception("missed-counted", lambda s, c, radius: int((~answers.near(s, c, radius).any(axis=0)).sum()),
            "You counted the centres that were *not* reached."),
        Misconception("all-samples-asked", lambda s, c, radius: int(answers.near(s, c, radius).all(axis=0).sum()),
            "You ask that *all* samples are near a centre. One sample is enough to reach it."),
        Misconception("a-list-of-centres", lambda s, c, radius: answers.near(s, c, radius).any(axis=0),
            "For each centre you say whether it is reached. How many are True?"),
        Misconception("samples-for-each", lambda s, c, radius: answers.near(s, c, radius).sum(axis=0),
            "You have the number of samples near each centre. How many of these numbers are not 0?"),
        Misconception("yes-or-no", lambda s, c, radius: bool(answers.near(s, c, radius).any(axis=0).all()),
            "You say whether all centres are reached. The generator may have reached half of them: how many?"),
    ],
    hints=[
        "Take one centre. How do you find out whether any sample is near it?",
        "All differences at once: samples[:, None] - centers has shape (n, K, D). What is left after the distance?",
        "A table (n, K) of True and False: is sample i near centre k? Which axis disappears with any?",
    ],
    takeaway="Coverage counts modes and quality counts samples: a collapsed generator is good at one of them only.",
)

REPAIR = Exercise(
    id="23.7", kind="repair", title="The generator that runs away", name="gan_step", points=3, minutes=15,
    difficulty=3, section="6. Learning the ring", reference=answers.gan_step, broken=answers.broken_gan_step,
    cases=cases.step_cases, alternatives=[answers.step_by_samples, answers.step_by_matrices],
    misconceptions=[
        Misconception("unrepaired", answers.broken_gan_step,
            "The generator still moves away from the data. In its two lines `error` is D minus a label: which label is "
            "that now, and which does the generator wish for?"),
        Misconception("sign-turned", answers.step_with(error=lambda p: -p),
            "Now it runs towards the data, but by log(1 - D): where D is sure, D is nearly 0, and so is your step. "
            "Asked is the step of the non-saturating loss -log D."),
        Misconception("way-through-D-lost", answers.step_with(through=lambda w: 1.0),
            "The label is right now, but `w` is gone from the generator's lines. The slope comes to the sample through "
            "D's logit w·fake + c: without w, D cannot say in which direction."),
        Misconception("old-discriminator", answers.step_with(sees_old=True),
            "The generator listens to D as it was before its step. In this game D moves first, then G."),
        Misconception("generator-frozen", answers.step_with(moves=False),
            "scale and shift do not change any more: the generator does not run away now, nor does it learn."),
        Misconception("discriminator-turned", answers.step_with(error=lambda p: p,
            teach=lambda w, c, x, fake, lr: answers.taught(w, c, x, fake, -lr)),
            "You turned the steps of D, which were right: now D unlearns, and the generator helps it. The fault is in "
            "the generator's part."),
        Misconception("labels-of-D-exchanged", answers.step_with(error=lambda p: p,
            teach=lambda w, c, x, fake, lr: answers.taught(w, c, x, fake, lr, label_real=0, label_fake=1)),
            "You exchanged the labels of D. It would work, with D the probability of being *generated*; but D is the "
            "probability of being real in this course. Which one label is wrong instead?"),
        Misconception("both-turned", answers.step_with(
            teach=lambda w, c, x, fake, lr: answers.taught(w, c, x, fake, lr, label_fake=1)),
            "The generator is right now, but D learns that everything is real. Its label for generated samples was 0."),
        Misconception("all-uphill", answers.step_with(error=lambda p: 1 - p),
            "The label is 1 now, but the sign was turned too: two changes that undo each other."),
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

PREDICTION = Exercise(
    id="23.8", kind="value", title="Numbers of the game", name="predicted", points=4, minutes=12, difficulty=3,
    section="4. What the game measures", reference=predictions.RIGHT, rtol=6e-3,
    misconceptions=predictions.MISCONCEPTIONS, alternatives=predictions.ALTERNATIVES,
    hints=[
        "Formulas to take: (23.1), (23.3), (23.5). D* is a share: of all samples at a point, how many are real?",
        "The slopes: first in D, then times the slope of the sigmoid, D(1 - D). Much cancels.",
        "Collapse: at the one point p_data = 1/8 and p_g = 1; at each other one p_data = 1/8 and p_g = 0.",
    ],
    takeaway="Shares for D*, log 2 where nothing is shared, and 99 times the slope where D is sure.",
)

SEARCH = Exercise(
    id="23.9", kind="experiment", title="Learn from the judge alone", name="match_data", points=4, minutes=25,
    difficulty=4, section="5. Two losses for the generator", reference=search.match_data, cases=search.oracle_cases,
    metric=Metric(search.divergence, "Jensen-Shannon divergence from the data", at_most=1e-4),
    alternatives=[search.match_by_minimax, search.match_by_odds, search.match_by_scaling],
    misconceptions=[
        Misconception("asked-once", lambda best, K: search.softmax(search.walk(best, K, ask_again=False)),
            "Nearly everything went to the one outcome that D liked best at the start: mode collapse. Your G moved, "
            "but did anybody ask D again?", seen=search.collapsed_at(np.argmax)),
        Misconception("uphill", lambda best, K: search.softmax(search.walk(best, K, lr=-2.0)),
            "Nearly everything went to the outcome that D knows best as generated. Is your step downhill, for a loss "
            "that is small when D is fooled?", seen=search.collapsed_at(np.argmin)),
        Misconception("logits", search.walk,
            "These are good logits, but no probabilities yet: a softmax is missing at the end.",
            seen=search.near_data(search.softmax)),
        Misconception("not-normalised", lambda best, K: K * search.match_by_odds(best, K),
            "The proportions are right, but your numbers do not sum to 1.", seen=search.near_data(lambda made: made)),
        Misconception("odds-upside-down", search.upside_down,
            "You give most to the outcomes that have least. D / (1 - D) is data over generated: which way up did you "
            "use it?", seen=search.near_data(lambda made: 1 / made)),
        Misconception("answer-of-D", search.answer_of_D,
            "You gave back what D said at the start, made to sum to 1. D is a share at each point, and not the "
            "distribution of the data.", seen=search.is_answer_of_D),
        Misconception("never-moved", lambda best, K: np.full(K, 1 / K),
            "All outcomes are as likely: G is where it began. What should a step do where D is above 1/2?",
            seen=search.is_uniform),
        Misconception("too-short", lambda best, K: search.softmax(search.walk(best, K, lr=0.2, steps=15)),
            "The direction is right, and the way too short: more steps, or larger ones.", seen=search.is_too_short),
    ],
    hints=[
        "Where D is above 1/2, data are denser than your samples: there p_g must grow.",
        "A walk: p_g = softmax(theta), start with zeros. Ask D, hold its answers fixed, make one step downhill on the "
        "mean loss, the sum over outcomes of p_g times -log D. Then ask again.",
        "With the loss of each outcome in an array `loss`, the slope of the mean loss in theta is p_g times (loss "
        "minus the mean loss). A learning rate near 2 and 200 steps are enough.",
        "Or a short cut: solve (23.3) for p_data.",
    ],
    takeaway="G never sees the data: D's answers are enough, as long as D keeps up.",
)

EXERCISES = [VALUE, BEST, DIVERGENCE, D_LOSS, G_LOSS, COVERAGE, REPAIR, PREDICTION, SEARCH]
