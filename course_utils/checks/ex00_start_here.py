"""Exercise of lesson 00: a first checked answer."""

from course_utils.checks.exercise import Exercise, Misconception

EXERCISES = [
    Exercise(
        id="00.1",
        title="A first checked answer",
        name="hours",
        kind="value",
        section="Check an answer",
        minutes=5,
        difficulty=1,
        points=1,
        reference=10.0,
        misconceptions=[
            Misconception("minutes", 600, "That is the number of minutes. How many minutes make an hour?"),
            Misconception("one-week", 40 * 5 / 60, "That is one week. The question asks for three of them."),
            Misconception(
                "every-day", 40 * 7 * 3 / 60, "You counted seven days a week. How many of them are for study?"
            ),
        ],
        alternatives=[40 * 5 * 3 / 60, 10],
        hints=[
            "Work it out on paper first: how many minutes in one week?",
            "Python can do the sums for you. The sign * multiplies and / divides.",
            "Minutes a day, times days a week, times weeks, and from minutes to hours.",
        ],
        takeaway="You have seen the whole way: write, run, check. Every exercise works like this.",
    )
]
