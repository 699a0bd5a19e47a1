"""For teachers: hand out exercises, grade a class, see what to teach again (`python -m course_utils.classroom`)."""
