"""The training loop: what it learns, records, stops at, keeps on disk and takes up again."""

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
