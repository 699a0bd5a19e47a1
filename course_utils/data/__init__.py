"""Data: tables, photographs and text that are already on the computer, and what is done to data before training.

Nothing is downloaded. Tables and photographs are read from the files of an installed scikit-learn
(by path, so that scikit-learn itself, which is slow to import, is not); the texts lie beside this module.
"""

from course_utils.data.images import (
    ImageFolder,
    Photograph,
    augment,
    image_folder,
    load_photograph,
)
from course_utils.data.preparation import Imputer, Standardizer, batches, train_test_split
from course_utils.data.tables import (
    Dataset,
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
)
from course_utils.data.text import alice_path, python_documentation_text

__all__ = [
    "Dataset",
    "ImageFolder",
    "Imputer",
    "Photograph",
    "Standardizer",
    "alice_path",
    "augment",
    "batches",
    "image_folder",
    "load_breast_cancer",
    "load_diabetes",
    "load_digits",
    "load_iris",
    "load_photograph",
    "load_wine",
    "python_documentation_text",
    "train_test_split",
]
