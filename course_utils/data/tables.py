"""Five small tables that nearly every course has used, read from scikit-learn's files without importing it."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from course_utils._types import Array


class Dataset(NamedTuple):
    """A table: features X (N, D) float64; targets y (N,), class numbers or measurements; and what they mean."""

    X: Array
    y: Array
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    description: str
    licence: str


_UCI = "CC BY 4.0 (UCI Machine Learning Repository); the file comes with scikit-learn (BSD-3-Clause)."


def bundled_file(*parts: str) -> Path:
    """Path of a file inside the installed scikit-learn, found without importing it.

    Raises
    ------
    ModuleNotFoundError : scikit-learn is not installed, or no longer has this file.

    >>> bundled_file("datasets", "data", "iris.csv").name
    'iris.csv'
    """
    from importlib.util import find_spec

    spec = find_spec("sklearn")
    path = Path(spec.submodule_search_locations[0]).joinpath(*parts) if spec else None
    if path is None or not path.is_file():
        raise ModuleNotFoundError(
            f"{parts[-1]} comes with scikit-learn, but was not found: install the course's requirements "
            "(python course.py lab does), or pip install scikit-learn."
        )
    return path


def _table(name: str, **how) -> Array:
    return np.loadtxt(bundled_file("datasets", "data", name), **how)


def load_iris() -> Dataset:
    """Iris flowers (Fisher, 1936): 150 examples, 4 lengths in cm, 3 species in equal numbers.

    >>> iris = load_iris(); iris.X.shape, iris.target_names
    ((150, 4), ('setosa', 'versicolor', 'virginica'))
    """
    table = _table("iris.csv", delimiter=",", skiprows=1)
    names = tuple(f"{part} {side} (cm)" for part in ("sepal", "petal") for side in ("length", "width"))
    description = "150 iris flowers of three species, 50 each; length and width of sepals and petals in cm."
    return Dataset(
        table[:, :-1], table[:, -1].astype(int), names, ("setosa", "versicolor", "virginica"), description, _UCI
    )


def load_wine() -> Dataset:
    """Chemical analyses of wines from three growers (Forina et al., 1988): 178 examples, 13 features, 3 classes.

    >>> wine = load_wine(); wine.X.shape, wine.target_names
    ((178, 13), ('class_0', 'class_1', 'class_2'))
    """
    table = _table("wine_data.csv", delimiter=",", skiprows=1)
    names = (
        "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
        "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines", "proline",
    )  # fmt: skip
    description = "178 wines from one region of Italy and three growers, the classes; 13 chemical measurements each."
    classes = ("class_0", "class_1", "class_2")
    return Dataset(table[:, :-1], table[:, -1].astype(int), names, classes, description, _UCI)


def load_breast_cancer() -> Dataset:
    """Cell nuclei of breast tumours (Street, Wolberg and Mangasarian, 1993): 569 examples, 30 features, 2 classes.

    Class 0 is malignant and class 1 benign, as in scikit-learn. A detector of cancer wants it the other way
    round: ``y = 1 - y`` or ``pos_label=0``.

    >>> cancer = load_breast_cancer(); cancer.X.shape, cancer.target_names
    ((569, 30), ('malignant', 'benign'))
    """
    table = _table("breast_cancer.csv", delimiter=",", skiprows=1)
    bases = (
        "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points",
        "symmetry", "fractal dimension",
    )  # fmt: skip
    names = tuple(form.format(b) for form in ("mean {}", "{} error", "worst {}") for b in bases)
    description = (
        "569 tumours, 212 malignant and 357 benign; of ten properties of the cell nuclei in a microscope image "
        "the mean, its standard error, and the mean of the three largest values."
    )
    return Dataset(table[:, :-1], table[:, -1].astype(int), names, ("malignant", "benign"), description, _UCI)


def load_digits() -> Dataset:
    """Handwritten digits (Alpaydin and Kaynak, 1998): 1,797 images of 8x8 pixels with values 0 to 16.

    X has one row of 64 pixels an image; ``X.reshape(-1, 1, 8, 8) / 16`` makes images (N, C, H, W) in [0, 1].

    >>> digits = load_digits(); digits.X.shape, int(digits.X.max()), digits.y[:5]
    ((1797, 64), 16, array([0, 1, 2, 3, 4]))
    """
    table = _table("digits.csv.gz", delimiter=",")
    names = tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8))
    description = "1,797 handwritten digits by 13 people, 8x8 pixels; a pixel counts the dark points of a 4x4 square."
    classes = tuple("0123456789")
    return Dataset(table[:, :-1], table[:, -1].astype(int), names, classes, description, _UCI)


def load_diabetes() -> Dataset:
    """Diabetes patients (Efron et al., 2004): 442 examples, 10 features in raw units, progression after a year.

    Raw units: age in years, sex coded 1 and 2, body mass index in kg/m², mean blood pressure, six blood values
    (scikit-learn's loader scales them unless told not to). y is a measure of how far the disease has gone, 25 to 346.

    >>> diabetes = load_diabetes(); diabetes.X.shape, diabetes.X[0, :3], float(diabetes.y[0])
    ((442, 10), array([59. , 2. , 32.1]), 151.0)
    """
    X = _table("diabetes_data_raw.csv.gz")
    y = _table("diabetes_target.csv.gz")
    names = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
    description = (
        "442 diabetes patients: age (years), sex (1, 2), body mass index (kg/m²), mean blood pressure; blood serum: "
        "s1 total cholesterol, s2 LDL, s3 HDL, s4 total cholesterol over HDL, s5 logarithm of triglycerides "
        "(probably), s6 blood sugar. The target is a measure of disease progression one year later."
    )
    licence = "Published with Efron et al. (2004), Annals of Statistics 32; comes with scikit-learn (BSD-3-Clause)."
    return Dataset(X, y, names, ("disease progression",), description, licence)
