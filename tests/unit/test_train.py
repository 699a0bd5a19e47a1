"""The training loop: what it learns, records, stops at, keeps on disk and takes up again."""

import functools
import sys

import numpy as np
import pytest

from course_utils.layers import BatchNorm, Dense, Dropout, ReLU, Sequential
from course_utils.losses import cross_entropy_forward, mse_backward, mse_forward
from course_utils.metrics import accuracy
from course_utils.optim import SGD, Adam, cosine_decay
from course_utils.train import History, evaluate, fit


def by_mse(out, y):
    """A loss of one's own."""
    value, cache = mse_forward(out, target=y)
    return value, mse_backward(1.0, cache)


@pytest.fixture
def line(rng):
    """x (40, 2), y (40, 1) = x w + 1 with a little noise."""
    x = rng.normal(size=(40, 2))
    return x, x @ np.array([[2.0], [-3.0]]) + 1 + 0.01 * rng.normal(size=(40, 1))


@pytest.fixture
def blobs(rng):
    """Three clouds of points and their labels."""
    labels = rng.integers(3, size=90)
    return rng.normal(size=(90, 2)) + 6 * np.array([[0, 0], [1, 0], [0, 1]])[labels], labels


def dense(seed=0):
    return Dense(2, 1, np.random.default_rng(seed))


def test_a_line_is_found_as_least_squares_finds_it(rng, line):
    x, y = line
    model = dense()
    history = fit(model, line, "mse", SGD(lr=0.2), 100, rng, batch_size=40, progress=False)
    solution = np.linalg.lstsq(np.c_[x, np.ones(40)], y, rcond=None)[0]
    np.testing.assert_allclose(np.r_[model.params["W"][:, 0], model.params["b"]], solution[:, 0], atol=1e-8)
    assert len(history) == 100 and not history.stopped_early
    assert history["loss"][-1] < 1e-3 < history["loss"][0]


def test_the_recorded_loss_is_the_mean_over_examples_of_unequal_batches(rng, line):
    model = dense()
    x, y = line
    history = fit(model, line, "mse", SGD(lr=0.0), 1, rng, batch_size=32, progress=False)
    assert history["loss"][0] == pytest.approx(np.mean((model.forward(x)[0] - y) ** 2))


@pytest.mark.parametrize("loss", ["mse", mse_forward, (mse_forward, mse_backward), by_mse])
def test_a_loss_by_name_by_function_or_of_ones_own(line, loss):
    model = dense()
    fit(model, line, loss, SGD(lr=0.1), 2, np.random.default_rng(1), progress=False)
    reference = dense()
    fit(reference, line, by_mse, SGD(lr=0.1), 2, np.random.default_rng(1), progress=False)
    np.testing.assert_array_equal(model.params["W"], reference.params["W"])


def test_a_classifier_with_metrics_on_held_out_data(rng, blobs):
    x, labels = blobs
    model = Sequential(Dense(2, 16, rng), ReLU(), Dense(16, 3, rng))
    held_out = (x[60:], labels[60:])
    history = fit(
        model, (x[:60], labels[:60]), cross_entropy_forward, Adam(0.02), 15, rng, batch_size=16, progress=False,
        validation=held_out, metrics={"accuracy": lambda y, out: accuracy(y, out.argmax(-1))},
    )  # fmt: skip
    assert set(history.records) == {"loss", "val_loss", "val_accuracy"}
    assert history["val_accuracy"][-1] > 0.9
    result = evaluate(model, held_out, "cross_entropy", {"examples": lambda y, out: len(out)}, batch_size=7)
    assert result == {"loss": pytest.approx(history["val_loss"][-1]), "examples": 30}


def test_batches_may_come_from_a_function_of_the_generator(rng):
    drawn = []

    def walk(rng):
        for _ in range(3):
            x = rng.normal(size=(8, 2))
            drawn.append(x)
            yield x, x.sum(axis=1, keepdims=True)

    model = dense()
    fit(model, walk, "mse", Adam(0.1), 40, rng, progress=False)
    assert len(drawn) == 120
    np.testing.assert_allclose(model.params["W"], 1, atol=0.05)


def test_clipping_bounds_the_step(line):
    model, start = dense(), dense().params
    fit(model, line, "mse", SGD(lr=1.0), 1, np.random.default_rng(0), batch_size=40, clip=0.01, progress=False)
    moved = np.sqrt(sum(np.sum((model.params[name] - start[name]) ** 2) for name in start))
    assert moved == pytest.approx(0.01)


class TestStoppingEarly:
    def misled(self, line, patience, epochs=50):
        """Held-out data that say the opposite: every epoch after the first makes their loss larger."""
        x, y = line
        model = dense()
        history = fit(
            model, line, "mse", SGD(lr=0.05), epochs, np.random.default_rng(0), progress=False,
            validation=(x, -y), patience=patience,
        )  # fmt: skip
        return model, history

    def test_it_stops_and_goes_back_to_the_best_epoch(self, line):
        model, history = self.misled(line, patience=3)
        assert history.best_epoch == 0 and len(history) == 4 and history.stopped_early
        once = dense()
        fit(once, line, "mse", SGD(lr=0.05), 1, np.random.default_rng(0), progress=False)
        for name, value in once.params.items():
            np.testing.assert_array_equal(model.params[name], value)

    def test_it_goes_back_too_where_the_epochs_end_first(self, line):
        model, history = self.misled(line, patience=10, epochs=3)
        x, y = line
        assert len(history) == 3 and not history.stopped_early
        assert evaluate(model, (x, -y), "mse")["loss"] == pytest.approx(history["val_loss"][0])

    def test_of_equal_epochs_the_first_is_the_best(self, line):
        """Nothing is learned with lr=0, so every epoch is as good: the rest is waiting."""
        for losses, best in [([2.0, 1.0, 1.0, 3.0, 1.0], 1), ([0.5, 0.5], 0), ([1.0, 2.0, 1.0], 0)]:
            assert History({"val_loss": losses}).best_epoch == History({"loss": losses}).best_epoch == best
        history = fit(
            dense(), line, "mse", SGD(lr=0.0), 20, np.random.default_rng(0), progress=False, validation=line, patience=2
        )  # fmt: skip
        assert (history.best_epoch, len(history), history.stopped_early) == (0, 3, True)

    def test_while_it_gets_better_nothing_stops(self, rng, line):
        history = fit(
            dense(), line, "mse", SGD(lr=0.01), 10, rng, batch_size=40, progress=False, validation=line, patience=1
        )  # fmt: skip
        assert len(history) == 10 and not history.stopped_early and history.best_epoch == 9


class Setup:
    """A run with everything that has a memory: dropout, running statistics, Adam, a schedule, early stopping."""

    def __init__(self, blobs, bit_generator=np.random.PCG64, seed=0):
        self.rng = np.random.Generator(bit_generator(seed))
        own = np.random.default_rng(seed + 1)
        self.model = Sequential(
            Dense(2, 8, self.rng),
            BatchNorm(8),
            ReLU(),
            Dropout(0.3, own),
            Dense(8, 3, self.rng),
            Dropout(0.1, self.rng),
        )
        self.x, self.labels = blobs

    def fit(self, epochs, data=None, **settings):
        data = (self.x[:60], self.labels[:60]) if data is None else data
        return fit(
            self.model, data, "cross_entropy", Adam(cosine_decay(0.05, 50)), epochs, self.rng, batch_size=16,
            validation=(self.x[60:], self.labels[60:]), patience=50, clip=1.0, progress=False, **settings,
        )  # fmt: skip


def assert_same_run(a: Setup, b: Setup):
    for kind in ("params", "state"):
        for name, value in getattr(a.model, kind).items():
            np.testing.assert_array_equal(getattr(b.model, kind)[name], value)
    for one, other in zip([a.rng, *a.model.generators], [b.rng, *b.model.generators], strict=True):
        assert one.random(3).tolist() == other.random(3).tolist()


class TestResuming:
    @pytest.mark.parametrize("bit_generator", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
    def test_a_resumed_run_is_the_uninterrupted_one_to_the_last_bit(self, tmp_path, blobs, bit_generator):
        path = tmp_path / "new folder" / "run.npz"
        whole = Setup(blobs, bit_generator)
        history = whole.fit(6)
        Setup(blobs, bit_generator).fit(3, checkpoint=path)
        resumed = Setup(blobs, bit_generator, seed=99)
        again = resumed.fit(6, checkpoint=path, resume=True)
        assert again == history
        assert_same_run(whole, resumed)

    def test_a_run_that_was_broken_off_inside_an_epoch(self, tmp_path, blobs):
        path = tmp_path / "run.npz"
        whole = Setup(blobs)
        steps = iter(range(100))

        def broken(rng):
            for part in np.split(rng.permutation(60), 5):
                if next(steps) == 13:
                    raise KeyboardInterrupt
                yield whole.x[part], whole.labels[part]

        def sound(rng):
            return ((whole.x[part], whole.labels[part]) for part in np.split(rng.permutation(60), 5))

        whole.fit(5, data=sound)
        with pytest.raises(KeyboardInterrupt):
            Setup(blobs).fit(5, data=broken, checkpoint=path)
        resumed = Setup(blobs, seed=7)
        assert len(resumed.fit(5, data=sound, checkpoint=path, resume=True)) == 5
        assert_same_run(whole, resumed)

    def test_early_stopping_is_resumed_too(self, tmp_path, line):
        x, y = line
        path = tmp_path / "run.npz"
        settings = {"validation": (x, -y), "patience": 4, "checkpoint": path, "progress": False}
        fit(dense(), line, "mse", SGD(lr=0.05), 2, np.random.default_rng(0), **settings)
        model = dense(seed=5)
        history = fit(model, line, "mse", SGD(lr=0.05), 50, np.random.default_rng(1), resume=True, **settings)
        assert len(history) == 5 and history.stopped_early
        assert evaluate(model, (x, -y), "mse")["loss"] == pytest.approx(history["val_loss"][0])
        again = fit(dense(), line, "mse", SGD(lr=0.05), 50, np.random.default_rng(1), resume=True, **settings)
        assert again == history

    def test_nothing_to_go_on_from_is_a_fresh_start_and_without_resume_the_old_run_is_over(self, tmp_path, blobs):
        path = tmp_path / "run.npz"
        assert len(Setup(blobs).fit(2, checkpoint=path, resume=True)) == 2
        assert len(Setup(blobs).fit(1, checkpoint=path)) == 1
        assert len(Setup(blobs).fit(1, checkpoint=path, resume=True)) == 1

    def test_a_crash_while_writing_leaves_the_old_checkpoint_whole(self, tmp_path, blobs, monkeypatch):
        path = tmp_path / "run.npz"
        Setup(blobs).fit(2, checkpoint=path)
        content = path.read_bytes()

        def full_disk(file, **arrays):
            file.write(b"half of it")
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
            patch.setattr(np, "savez", full_disk)
            Setup(blobs).fit(3, checkpoint=path)
        assert path.read_bytes() == content
        assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]
        assert len(Setup(blobs).fit(3, checkpoint=path, resume=True)) == 3

    @pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b[: len(b) // 2], lambda b: b"not a zip file at all"])
    def test_a_damaged_checkpoint_is_named(self, tmp_path, blobs, damage):
        path = tmp_path / "run.npz"
        Setup(blobs).fit(1, checkpoint=path)
        path.write_bytes(damage(path.read_bytes()))
        with pytest.raises(ValueError, match=r"run\.npz is not a whole checkpoint of fit .*resume=False"):
            Setup(blobs).fit(2, checkpoint=path, resume=True)

    def test_a_checkpoint_of_something_else_is_refused_and_nothing_is_changed(self, tmp_path, blobs, line):
        path = tmp_path / "run.npz"
        Setup(blobs).fit(1, checkpoint=path)
        settings = {"checkpoint": path, "resume": True, "progress": False}
        with pytest.raises(ValueError, match=r"of another model or optimiser: best/params/0\.W"):
            fit(dense(), line, "mse", SGD(lr=0.1), 2, np.random.default_rng(0), **settings)
        other = Setup(blobs)
        other.model.layers[-1].generators = []
        before = other.model.params, other.rng.bit_generator.state
        with pytest.raises(ValueError, match="has 3 random generators, but this run has 2"):
            other.fit(2, checkpoint=path, resume=True)
        assert other.rng.bit_generator.state == before[1]
        assert all(value is before[0][name] for name, value in other.model.params.items())
        fit(dense(), line, "mse", SGD(lr=0.1), 1, np.random.default_rng(0), **settings | {"resume": False})
        wider = Dense(2, 3, np.random.default_rng(0))
        with pytest.raises(ValueError, match=r"of another model: .* has shape \(2, 1\), not \(2, 3\)"):
            fit(wider, line, "mse", SGD(lr=0.1), 2, np.random.default_rng(0), **settings)
        with pytest.raises(ValueError, match="of another model or optimiser: optimizer/m/W"):
            fit(dense(), line, "mse", Adam(0.1), 2, np.random.default_rng(0), **settings)


class TestProgress:
    def test_the_bar_shows_epochs_and_numbers(self, rng, line, capsys):
        fit(dense(), line, "mse", SGD(lr=0.1), 3, rng, validation=line)
        shown = capsys.readouterr()
        assert "3/3" in shown.err and "val_loss=" in shown.err and not shown.out

    def test_without_tqdm_or_unwanted_nothing_is_shown(self, rng, line, capsys, monkeypatch):
        fit(dense(), line, "mse", SGD(lr=0.1), 2, rng, progress=False)
        monkeypatch.setitem(sys.modules, "tqdm", None)
        assert len(fit(dense(), line, "mse", SGD(lr=0.1), 2, rng)) == 2
        assert capsys.readouterr() == ("", "")


class TestErrors:
    @pytest.mark.parametrize(
        "settings, error, message",
        [
            ({"epochs": 0}, ValueError, "epochs must be a whole number, at least 1, but 0 came"),
            ({"epochs": True}, ValueError, "epochs must be"),
            ({"rng": 0}, TypeError, r"rng must be a numpy Generator, got 0: pass np\.random\.default_rng"),
            ({"loss": "MSE"}, ValueError, "loss must be one of mse, mae, huber, .*but 'MSE' came"),
            ({"loss": None}, ValueError, "loss must be one of"),
            ({"loss": (mse_forward,)}, ValueError, "loss must be one of"),
            ({"patience": 3}, ValueError, r"needs validation=\(x, y\)"),
            ({"metrics": {"a": max}}, ValueError, "metrics are computed on held-out data"),
            ({"resume": True}, ValueError, "resume=True needs checkpoint="),
            ({"batch_size": 0}, ValueError, "batch_size must be a whole number >= 1"),
            ({"data": (np.ones((4, 2)), np.ones((3, 1)))}, ValueError, "4"),
            ({"data": lambda rng: iter(())}, ValueError, "at least one batch an epoch, but none came"),
            ({"clip": 0.0}, ValueError, "max_norm must be positive"),
        ],
    )
    def test_settings(self, line, settings, error, message):
        usual = {"data": line, "loss": "mse", "epochs": 1, "rng": np.random.default_rng(0), "progress": False}
        with pytest.raises(error, match=message):
            fit(model=dense(), optimizer=SGD(lr=0.1), **usual | settings)

    def test_a_patience_of_none_is_no_patience(self, rng, line):
        with pytest.raises(ValueError, match="patience must be at least 1"):
            fit(dense(), line, "mse", SGD(lr=0.1), 1, rng, validation=line, patience=0, progress=False)

    def test_a_run_that_diverges_says_so(self, rng, line):
        def overflow(out, y):
            return np.inf, out

        with pytest.raises(FloatingPointError, match=r"the loss is inf in epoch 1: .*smaller learning rate"):
            fit(dense(), line, overflow, SGD(lr=0.1), 1, rng, progress=False)

    def test_a_name_that_was_not_recorded(self):
        with pytest.raises(KeyError, match="'accuracy' was not recorded, but loss were"):
            History({"loss": [1.0]})["accuracy"]
        assert len(History()) == 0


class Adding:
    """A model with two inputs and two outputs: (x W, z V); what `Parallel` of two dense layers does."""

    def __init__(self, rng):
        self.params = {"W": rng.normal(size=(3, 2)), "V": rng.normal(size=(2, 1))}

    def forward(self, inputs, training=True):
        x, z = inputs
        return (x @ self.params["W"], z @ self.params["V"]), (x, z)

    def backward(self, dout, cache):
        (x, z), (dx, dz) = cache, dout
        return None, {"W": x.T @ dx, "V": z.T @ dz}


class Scaled:
    """A model of named inputs: scale · x where the mask says so."""

    def __init__(self):
        self.params = {"scale": np.array([1.0])}

    def forward(self, x, mask, training=True):
        return self.params["scale"] * x * mask, x * mask

    def backward(self, dout, cache):
        return None, {"scale": np.array([np.sum(dout * cache)])}


class TestManyInputsAndOutputs:
    def test_one_loss_for_each_output_and_their_sum(self, rng):
        x, z, labels, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 2)), rng.integers(2, size=20), np.ones((20, 1))
        model, losses = Adding(rng), ["cross_entropy", "mse"]
        start = evaluate(model, ((x, z), (labels, y)), losses)["loss"]
        a, b = model.forward((x, z))[0]
        assert start == pytest.approx(cross_entropy_forward(a, labels=labels)[0] + mse_forward(b, target=y)[0])
        history = fit(model, ((x, z), (labels, y)), losses, SGD(lr=0.1), 5, rng, batch_size=6, progress=False)
        assert history["loss"][-1] < start
        still = fit(model, ((x, z), (labels, y)), losses, SGD(lr=0.0), 1, rng, batch_size=6, progress=False)
        assert still["loss"][0] == pytest.approx(evaluate(model, ((x, z), (labels, y)), losses)["loss"])

    def test_a_tuple_of_inputs_counts_examples_and_not_arrays(self, rng):
        """20 examples in two inputs are 20 examples (the epoch's loss was weighted by the number of inputs)."""
        data = ((rng.normal(size=(20, 3)), rng.normal(size=(20, 2))), rng.normal(size=(20, 1)))

        def second(out, y):
            value, cache = mse_forward(out[1], target=y)
            return value, (np.zeros((len(y), 2)), mse_backward(1.0, cache))

        model = Adding(rng)
        history = fit(model, data, second, SGD(lr=0.0), 1, rng, batch_size=12, progress=False)
        assert history["loss"][0] == pytest.approx(second(model.forward(data[0])[0], data[1])[0])

    def test_a_dict_of_inputs_is_handed_over_by_name(self, rng):
        x, mask = rng.normal(size=(12, 2)), rng.integers(2, size=(12, 2))
        model = Scaled()
        fit(model, ({"x": x, "mask": mask}, 3 * x * mask), "mse", SGD(lr=0.5), 60, rng, progress=False)
        np.testing.assert_allclose(model.params["scale"], 3, atol=1e-3)
        assert evaluate(model, ({"x": x, "mask": mask}, 3 * x * mask), "mse", batch_size=5)["loss"] < 1e-6

    def test_another_number_of_losses_than_of_outputs(self, rng):
        data = ((rng.normal(size=(4, 3)), rng.normal(size=(4, 2))), (np.ones((4, 2)), np.ones((4, 1))))
        with pytest.raises(ValueError, match="3 losses came for 2 outputs and 2 targets"):
            fit(Adding(rng), data, ["mse"] * 3, SGD(lr=0.1), 1, rng, progress=False)


class TestWeights:
    def test_examples_without_weight_teach_nothing(self, line):
        x, y = line
        weights = (np.arange(40) < 25).astype(float)
        model, some = dense(), dense()
        settings = {"epochs": 3, "batch_size": 40, "progress": False}
        history = fit(
            model, (x, y, weights), "mse", SGD(lr=0.1), rng=np.random.default_rng(0), validation=(x, y, weights),
            **settings,
        )  # fmt: skip
        reference = fit(some, (x[:25], y[:25]), "mse", SGD(lr=0.1), rng=np.random.default_rng(0), **settings)
        np.testing.assert_allclose(model.params["W"], some.params["W"], rtol=1e-12)
        np.testing.assert_allclose(history["loss"], reference["loss"], rtol=1e-12)
        assert history["val_loss"][-1] == pytest.approx(evaluate(some, (x[:25], y[:25]), "mse")["loss"])

    def test_with_padding_the_mean_counts_tokens(self, rng):
        """Sequences of 1 and 4 tokens in batches of one: 5 tokens in all, and not two sequences."""
        x, labels = rng.normal(size=(2, 4, 3)), np.array([[1, -1, -1, -1], [0, 1, 1, 0]])
        model = Dense(3, 2, rng)
        loss = functools.partial(cross_entropy_forward, ignore_index=-1)
        history = fit(model, (x, labels), loss, SGD(lr=0.0), 1, rng, batch_size=1, progress=False)
        assert history["loss"][0] == pytest.approx(loss(model.forward(x)[0], labels=labels)[0], rel=1e-12)

    def test_a_loss_of_ones_own_gets_the_weights_and_may_say_how_much_counted(self, rng):
        def heavy(out, y, w):
            value, cache = mse_forward(out, target=y, weights=w)
            return value, mse_backward(1.0, cache), cache.count

        x, weights = rng.normal(size=(10, 2)), rng.uniform(size=10)
        model = dense()
        data = x, x.sum(axis=1, keepdims=True), weights
        history = fit(model, data, heavy, SGD(lr=0.0), 1, rng, batch_size=3, progress=False)
        assert history["loss"][0] == pytest.approx(mse_forward(model.forward(x)[0], target=data[1], weights=weights)[0])


class TestAccumulation:
    def test_gathered_batches_are_one_large_batch_also_where_they_are_unequal(self, rng, line):
        x, y = line

        def parts(rng):
            yield from ((x[:5], y[:5]), (x[5:], y[5:]))

        gathered, whole = dense(), dense()
        fit(gathered, parts, "mse", SGD(lr=0.1), 4, rng, accumulate=2, progress=False)
        fit(whole, lambda rng: [(x, y)], "mse", SGD(lr=0.1), 4, rng, progress=False)
        np.testing.assert_allclose(gathered.params["W"], whole.params["W"], rtol=1e-12)

    def test_what_is_left_at_the_end_is_a_step_too(self, rng, line):
        steps = []
        fit(dense(), line, "mse", SGD(lr=0.1), 1, rng, batch_size=8, accumulate=2, on_step=steps.append, progress=False)
        assert [step.number for step in steps] == [1, 2, 3]

    def test_losses_that_count_different_things_cannot_be_gathered(self, rng):
        x, z = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
        weights = np.array([1.0, 0.0, 1.0, 1.0]), np.ones(4)
        data = (x, z), (np.array([0, 1, 1, 0]), np.ones((4, 1))), weights
        with pytest.raises(ValueError, match="accumulate needs losses that count the same"):
            fit(
                Adding(rng),
                data,
                ["cross_entropy", "mse"],
                SGD(lr=0.1),
                1,
                rng,
                batch_size=2,
                accumulate=2,
                progress=False,
            )


class TestWhatIsAddedToTheLoop:
    def test_a_penalty_sees_the_parameters_and_is_recorded_by_itself(self, rng, line):
        def shrink(params):
            return 0.5 * np.sum(params["W"] ** 2), {"W": params["W"]}

        x, y = line
        penalised, decayed = dense(), dense()
        settings = {"epochs": 3, "batch_size": 40, "progress": False}
        history = fit(penalised, line, "mse", SGD(lr=0.1), rng=np.random.default_rng(0), penalty=shrink, **settings)
        bias = decayed.params["b"]
        for _ in range(3):
            out, cache = decayed.forward(x)
            _, grads = decayed.backward(mse_backward(1.0, mse_forward(out, target=y)[1]), cache)
            decayed.params = {"W": decayed.params["W"] * 0.9 - 0.1 * grads["W"], "b": bias - 0.1 * grads["b"]}
            bias = decayed.params["b"]
        np.testing.assert_allclose(penalised.params["W"], decayed.params["W"], rtol=1e-12)
        start = dense().params["W"]
        assert history["penalty"][0] == pytest.approx(0.5 * np.sum(start**2))
        assert history["loss"][0] == pytest.approx(np.mean((dense().forward(x)[0] - y) ** 2))

    def test_callbacks_see_every_epoch_and_one_may_end_the_training(self, rng, line):
        seen = []

        def watch(epoch):
            seen.append((epoch.number, epoch.history["loss"][-1], epoch.model.params["W"].shape))
            return epoch.number == 3

        history = fit(dense(), line, "mse", SGD(lr=0.1), 9, rng, callbacks=[watch, lambda epoch: None], progress=False)
        assert [number for number, *_ in seen] == [1, 2, 3] and len(history) == 3 and history.stopped_early
        assert seen[-1][1:] == (history["loss"][-1], (2, 1))

    def test_on_step_sees_the_gradients_as_they_are_used(self, rng, line):
        norms = []

        def watch(step):
            norms.append(np.sqrt(sum(np.sum(g**2) for g in step.grads.values())))

        fit(dense(), line, "mse", SGD(lr=0.1), 1, rng, clip=0.5, on_step=watch, progress=False)
        assert max(norms) == pytest.approx(0.5)

    def test_a_smaller_last_batch_may_be_left_out(self, rng):
        """33 examples, batches of 32: batch norm cannot learn from the one that is left."""
        data = rng.normal(size=(33, 2)), rng.normal(size=(33, 2))
        model = Sequential(Dense(2, 2, rng), BatchNorm(2))
        with pytest.raises(ValueError, match="drop_last=True"):
            fit(model, data, "mse", SGD(lr=0.1), 1, rng, batch_size=32, progress=False)
        sizes = []
        fit(
            model, data, "mse", SGD(lr=0.1), 2, rng, batch_size=32, drop_last=True, progress=False,
            on_step=lambda step: sizes.append(step.number),
        )  # fmt: skip
        assert sizes == [1, 2]


class Pair:
    """Two numbers that play against each other: a makes (a - b)² small, b makes it large; both are pulled to zero."""

    def __init__(self):
        self.parts = {"a": Dense(1, 1, np.random.default_rng(0)), "b": Dense(1, 1, np.random.default_rng(1))}

    def gap(self, x):
        return self.parts["a"].forward(x), self.parts["b"].forward(x)

    def near(self, batch):
        (a, cache), (b, _) = self.gap(batch)
        value, loss_cache = mse_forward(a, target=b)
        return value, self.parts["a"].backward(mse_backward(1.0, loss_cache), cache)[1]

    def home(self, batch):
        _, (b, cache) = self.gap(batch)
        value, loss_cache = mse_forward(b, target=0 * b)
        return value, self.parts["b"].backward(mse_backward(1.0, loss_cache), cache)[1], len(batch)


class TestTwoModelsWithTwoOptimisers:
    losses = {"a": Pair.near, "b": Pair.home}

    def fit(self, model, epochs, **settings):
        x, optimizers = np.random.default_rng(5).normal(size=(20, 1)), {"a": Adam(0.05), "b": SGD(lr=0.1)}
        rng = np.random.default_rng(3)
        return fit(model, x, self.losses, optimizers, epochs, rng, batch_size=8, progress=False, **settings)

    def test_each_part_has_its_loss_its_optimiser_and_its_record(self):
        model, steps = Pair(), []
        history = self.fit(model, 40, on_step=steps.append)
        assert set(history.records) == {"a", "b"} and history.best_epoch == 39
        assert [step.part for step in steps[:4]] == ["a", "b", "a", "b"] and len(steps) == 40 * 3 * 2
        assert history["b"][-1] < 1e-3 * history["b"][0] and history["a"][-1] < 0.1 * history["a"][0]

    def test_it_is_taken_up_again_to_the_last_bit(self, tmp_path):
        whole, half = Pair(), Pair()
        history = self.fit(whole, 6)
        self.fit(half, 2, checkpoint=tmp_path / "run.npz")
        again = Pair()
        assert self.fit(again, 6, checkpoint=tmp_path / "run.npz", resume=True) == history
        for name, part in whole.parts.items():
            for key, value in part.params.items():
                np.testing.assert_array_equal(again.parts[name].params[key], value)

    def test_names_that_do_not_fit(self):
        x, rng = np.ones((4, 1)), np.random.default_rng(0)
        with pytest.raises(
            ValueError, match="must have the same names, but they have a, b; c and a, b".replace(";", ",")
        ):
            fit(Pair(), x, self.losses, {"c": SGD(lr=0.1)}, 1, rng, progress=False)
        with pytest.raises(ValueError, match="the same names, but they have none, a and none"):
            fit(dense(), x, "mse", {"a": SGD(lr=0.1)}, 1, rng, progress=False)
        with pytest.raises(ValueError, match="for parts, measure in a callback"):
            fit(Pair(), x, self.losses, {"a": SGD(lr=0.1), "b": SGD(lr=0.1)}, 1, rng, validation=(x, x), progress=False)
        with pytest.raises(TypeError, match=r"must return \(loss, grads\) or \(loss, grads, count\), but 1.0 came"):
            bad = {"a": lambda model, batch: 1.0}
            fit(Pair(), x, bad, {"a": SGD(lr=0.1)}, 1, rng, progress=False)


class TestBatchesFromFunctions:
    def test_evaluate_counts_what_each_batch_counted(self, rng):
        x, labels = rng.normal(size=(5, 3)), rng.integers(2, size=5)
        model = Dense(3, 2, rng)

        def parts():
            yield from ((x[:1], labels[:1]), (x[1:], labels[1:]))

        whole = evaluate(model, (x, labels), "cross_entropy")
        assert evaluate(model, parts, "cross_entropy")["loss"] == pytest.approx(whole["loss"], rel=1e-12)
        with pytest.raises(ValueError, match="metrics need all outputs at once"):
            evaluate(model, parts, "cross_entropy", {"n": len})

    @pytest.mark.parametrize("batch", [np.ones(3), (np.ones(3),), (1, 2, 3, 4)])
    def test_a_batch_of_another_form(self, batch, rng):
        with pytest.raises(ValueError, match=r"data must come as \(x, y\) or \(x, y, weights\)"):
            fit(dense(), lambda rng: [batch], "mse", SGD(lr=0.1), 1, rng, progress=False)


def test_evaluate_wants_as_many_targets_as_examples(rng):
    with pytest.raises(ValueError, match="as many examples, but 4 and 3 came"):
        evaluate(Dense(2, 1, rng), (np.ones((4, 2)), np.ones((3, 1))), "mse")
