"""Images as arrays: photographs, a folder of files, and random changes that keep the meaning."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from course_utils._types import Array
from course_utils._validate import as_float, check_no_nan
from course_utils.data.tables import bundled_file

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")


class Photograph(NamedTuple):
    """Pixels (H, W, 3) uint8, and where the picture comes from."""

    pixels: Array
    description: str
    licence: str


class ImageFolder(NamedTuple):
    """Images X (N, C, H, W) float32 in [0, 1], class numbers y (N,), the classes' names, the files in order."""

    X: Array
    y: Array
    target_names: tuple[str, ...]
    files: tuple[Path, ...]


_PHOTOGRAPHS = {
    "china": (
        "A Chinese temple tower above a lake.",
        "CC BY 2.0, by danielbuechele (flickr.com/photos/danielbuechele)",
    ),
    "flower": ("An orange dahlia before dark leaves.", "CC BY 2.0, by vultilion (flickr.com/photos/vultilion)"),
}


def load_photograph(name: str) -> Photograph:
    """One of two colour photographs of 427x640 pixels: 'china' or 'flower'.

    Needs Pillow and the files of scikit-learn.

    Raises
    ------
    ValueError : another name. ModuleNotFoundError : scikit-learn is not installed.

    >>> load_photograph("china").pixels.shape
    (427, 640, 3)
    """
    if name not in _PHOTOGRAPHS:
        raise ValueError(f"name must be one of {', '.join(_PHOTOGRAPHS)}, but {name!r} came.")
    from PIL import Image

    with Image.open(bundled_file("datasets", "images", f"{name}.jpg")) as image:
        pixels = np.array(image.convert("RGB"))
    return Photograph(pixels, *_PHOTOGRAPHS[name])


def image_folder(
    folder: str | Path,
    *,
    size: tuple[int, int] | None = None,
    grey: bool = False,
    label: Callable[[Path], str] | None = None,
) -> ImageFolder:
    """Read all images below a folder, in alphabetical order; by default the name of the sub-folder is the class.

    Parameters
    ----------
    folder : holds one sub-folder a class, or, with `label`, files in any arrangement.
    size : (H, W) to resize to (bilinear; proportions change); None wants images of one size.
    grey : one channel instead of red, green, blue.
    label : from a file's path to its class, for example ``lambda path: path.stem.split("_")[0]``.

    Raises
    ------
    ValueError : no folder, no images, sizes that differ, a file that is not an image, an image without a class.

    >>> from tempfile import TemporaryDirectory
    >>> from PIL import Image
    >>> with TemporaryDirectory() as folder:
    ...     (Path(folder) / "cat").mkdir()
    ...     Image.new("RGB", (6, 4)).save(Path(folder) / "cat" / "1.png")
    ...     images = image_folder(folder)
    >>> images.X.shape, images.target_names
    ((1, 3, 4, 6), ('cat',))
    """
    folder = Path(folder)
    files = tuple(sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES))
    if not files:
        raise ValueError(
            f"{folder} must be a folder with images ({' '.join(SUFFIXES)}) in it or below, but none is there."
        )
    names = [_folder_name(folder, p) if label is None else str(label(p)) for p in files]
    images = [_read(p, size, grey) for p in files]
    for path, image in zip(files, images, strict=True):
        if image.shape != images[0].shape:
            raise ValueError(
                f"images must have one size, but {files[0].name} has {images[0].shape[:2]} and {path.name} "
                f"{image.shape[:2]}: pass size=(H, W)."
            )
    X = np.stack(images).transpose(0, 3, 1, 2)  # (N, H, W, C) to (N, C, H, W)
    target_names, y = np.unique(names, return_inverse=True)
    return ImageFolder(X.astype(np.float32) / 255, y, tuple(target_names.tolist()), files)


def _folder_name(folder: Path, path: Path) -> str:
    parts = path.relative_to(folder).parts
    if len(parts) < 2:
        raise ValueError(f"{path.name} must stand in a sub-folder named as its class; or pass label=, path to class.")
    return parts[0]


def _read(path: Path, size: tuple[int, int] | None, grey: bool) -> Array:
    """Pixels (H, W, C) uint8, turned as the camera says."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            image = ImageOps.exif_transpose(image).convert("L" if grey else "RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError(f"{path} must be an image, but it cannot be read: {error}") from None
    if size is not None:
        image = image.resize((size[1], size[0]), Image.Resampling.BILINEAR)
    pixels = np.asarray(image)
    return pixels[:, :, None] if grey else pixels


def augment(X: Array, rng: "np.random.Generator", *, shift: int = 1, flip: bool = False, noise: float = 0.0) -> Array:
    """Randomly changed copies of images: new training examples that mean the same.

    Parameters
    ----------
    X : (N, C, H, W) float.
    shift : each image moves by -shift … shift pixels both ways; what is left open is 0.
    flip : mirror left and right, half of the time. Not for digits or letters.
    noise : standard deviation of normal noise added to each pixel.

    Returns
    -------
    changed : (N, C, H, W), a new array of X's dtype.

    Raises
    ------
    ValueError : not four axes, a negative number, NaN. TypeError : rng is not a generator.

    >>> image = np.zeros((1, 1, 3, 3)); image[..., 1, 1] = 1
    >>> augment(image, np.random.default_rng(0))[0, 0]
    array([[0., 1., 0.],
           [0., 0., 0.],
           [0., 0., 0.]])
    """
    X = as_float("X", X, ndim=4)
    check_no_nan("X", X)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy Generator, got {rng!r}: pass np.random.default_rng(0).")
    if shift < 0 or noise < 0:
        raise ValueError(f"shift and noise must not be negative, but {shift} and {noise} came.")
    N, _, H, W = X.shape
    padded = np.pad(X, ((0, 0), (0, 0), (shift, shift), (shift, shift)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (H, W), axis=(2, 3))
    down, right = rng.integers(0, 2 * shift + 1, size=(2, N))
    changed = windows[np.arange(N), :, down, right]  # (N, C, H, W), a copy
    if flip:
        mirrored = rng.random(N) < 0.5
        changed[mirrored] = changed[mirrored, :, :, ::-1]
    if noise:
        changed += (noise * rng.normal(size=X.shape)).astype(X.dtype)
    return changed
