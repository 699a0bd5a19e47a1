"""Pictures, sliders, quizzes and the TensorFlow cell of the lessons.

Matplotlib and ipywidgets are imported here and nowhere else in the package.  A lesson's first cell calls `begin`.
"""

from course_utils.plan import load_lessons, needed_for
from course_utils.viz import style
from course_utils.viz.broadcast import broadcasting, broadcasting_in_words
from course_utils.viz.figures import show
from course_utils.viz.graph import graph
from course_utils.viz.keras_cell import start_worker
from course_utils.viz.lesson_map import lesson_map
from course_utils.viz.live_figure import LiveFigure, live
from course_utils.viz.memory import names_and_objects, names_in_words
from course_utils.viz.notebook import begin
from course_utils.viz.quizzes import quiz
from course_utils.viz.slides import SlideFigure

__all__ = [
    "LiveFigure",
    "SlideFigure",
    "begin",
    "broadcasting",
    "broadcasting_in_words",
    "graph",
    "lesson_map",
    "live",
    "load_lessons",
    "names_and_objects",
    "names_in_words",
    "needed_for",
    "quiz",
    "show",
    "start_worker",
    "style",
]
