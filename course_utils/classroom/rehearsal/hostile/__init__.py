"""Every kind of notebook that means harm, by theme, each with what it must get."""

from course_utils.classroom.rehearsal.hostile.forged import FORGED
from course_utils.classroom.rehearsal.hostile.harms import HARMS
from course_utils.classroom.rehearsal.hostile.kind import Hostile
from course_utils.classroom.rehearsal.hostile.leaving import LEAVING
from course_utils.classroom.rehearsal.hostile.looking import LOOKING, TEXTS
from course_utils.classroom.rehearsal.hostile.lying import LYING
from course_utils.classroom.rehearsal.hostile.tampering import TAMPERING

HOSTILE = HARMS | FORGED | LOOKING | TEXTS | LYING | TAMPERING | LEAVING

__all__ = ["FORGED", "HARMS", "HOSTILE", "LEAVING", "LOOKING", "LYING", "TAMPERING", "TEXTS", "Hostile"]
