"""Images from a folder, and augmentation."""

import numpy as np
import pytest
from PIL import Image

from course_utils.data import augment, image_folder


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(pixels, np.uint8)).save(path)


@pytest.fixture
def folder(tmp_path, rng):
    """Two classes with one image each, one of them in a deeper folder, and a file that is no image."""
    for name in ("dog/deeper/2_dog.png", "cat/1_cat.PNG"):
        save(tmp_path / name, rng.integers(0, 256, size=(4, 6, 3)))
    (tmp_path / "cat" / "notes.txt").write_text("not an image", encoding="utf-8")
    return tmp_path


def test_classes_are_the_folders_names_and_pixels_lie_between_0_and_1(folder):
    images = image_folder(folder)
    assert images.X.shape == (2, 3, 4, 6) and images.X.dtype == np.float32
    assert images.y.tolist() == [0, 1] and images.target_names == ("cat", "dog")
    assert [p.name for p in images.files] == ["1_cat.PNG", "2_dog.png"]
    pixels = np.asarray(Image.open(images.files[0]))
    np.testing.assert_allclose(images.X[0], pixels.transpose(2, 0, 1) / 255, rtol=1e-6)


def test_classes_from_file_names(folder):
    images = image_folder(str(folder), label=lambda path: path.stem.split("_")[0])
    assert images.target_names == ("1", "2")


def test_grey_and_resized(folder):
    images = image_folder(folder, size=(8, 5), grey=True)
    assert images.X.shape == (2, 1, 8, 5)
    assert 0 <= images.X.min() <= images.X.max() <= 1


def test_a_photograph_is_turned_as_the_camera_says(tmp_path):
    image = Image.fromarray(np.zeros((4, 6, 3), np.uint8))
    exif = image.getexif()
    exif[0x0112] = 6  # orientation: turn by a quarter
    (tmp_path / "a").mkdir()
    image.save(tmp_path / "a" / "turned.jpg", exif=exif)
    assert image_folder(tmp_path).X.shape == (1, 3, 6, 4)


def test_errors_of_a_folder(folder, tmp_path_factory):
    with pytest.raises(ValueError, match=r"must be a folder with images .* but none is there"):
        image_folder(folder / "nowhere")
    save(folder / "cat" / "3.png", np.zeros((2, 2, 3)))
    with pytest.raises(ValueError, match=r"one size, but 1_cat.PNG has \(4, 6\) and 3.png \(2, 2\): pass size"):
        image_folder(folder)
    assert image_folder(folder, size=(2, 2)).X.shape == (3, 3, 2, 2)
    (folder / "cat" / "broken.png").write_bytes(b"\x89PNG nothing")
    with pytest.raises(ValueError, match=r"broken.png must be an image, but it cannot be read"):
        image_folder(folder, size=(2, 2))
    flat = tmp_path_factory.mktemp("flat")
    save(flat / "1.png", np.zeros((2, 2, 3)))
    with pytest.raises(ValueError, match=r"1.png must stand in a sub-folder named as its class; or pass label="):
        image_folder(flat)


@pytest.fixture
def X(rng):
    return rng.uniform(0.1, 1, size=(40, 2, 5, 6))


def test_shifts_move_the_picture_and_leave_zeros(X, rng):
    changed = augment(X, rng, shift=1)
    shifts = set()
    for before, after in zip(X, changed, strict=True):
        padded = np.pad(before, ((0, 0), (1, 1), (1, 1)))
        found = [(i, j) for i in range(3) for j in range(3) if (padded[:, i : i + 5, j : j + 6] == after).all()]
        assert len(found) == 1
        shifts.add(found[0])
    assert len(shifts) == 9


def test_flips_mirror_about_half(X, rng):
    changed = augment(X, rng, shift=0, flip=True)
    mirrored = (changed == X[..., ::-1]).all(axis=(1, 2, 3))
    assert 10 < mirrored.sum() < 30
    np.testing.assert_array_equal(changed[~mirrored], X[~mirrored])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_noise_keeps_dtype_and_has_its_size(dtype, rng):
    X = np.zeros((10, 1, 20, 20), dtype)
    changed = augment(X, rng, shift=0, noise=0.2)
    assert changed.dtype == dtype
    assert changed.std() == pytest.approx(0.2, rel=0.05)
    assert not X.any()


def test_nothing_asked_is_a_copy(X, rng):
    same = augment(X, rng, shift=0)
    np.testing.assert_array_equal(same, X)
    assert not np.shares_memory(same, X)


def test_errors_of_augment(X, rng):
    with pytest.raises(ValueError, match=r"X must have 4 axes.*needs a batch axis"):
        augment(X[0], rng)
    with pytest.raises(TypeError, match="rng must be a numpy Generator"):
        augment(X, 0)
    for wrong in ({"shift": -1}, {"noise": -0.1}):
        with pytest.raises(ValueError, match="must not be negative"):
            augment(X, rng, **wrong)
    X[0, 0, 0, 0] = np.nan
    with pytest.raises(ValueError, match="X holds 1 NaN"):
        augment(X, rng)
