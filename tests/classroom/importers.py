"""What the importers of learning platforms do with a file, as read in their sources in November 2026.

Moodle:  mod/assign/feedback/offline/importgradeslib.php and locallib.php (`init`, `next`, `process_import_grades`),
         mod/assign/gradingtable.php (the worksheet), mod/assign/feedback/file/importziplib.php (the zip of feedback).
Canvas:  lib/gradebook_importer.rb, lib/gradebook_exporter.rb, Assignment.title_and_id.
"""

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

ENGLISH = {"id": "Identifier", "grade": "Grade", "modified": "Last modified (grade)", "hidden": "Participant "}
GERMAN = {"id": "ID", "grade": "Bewertung", "modified": "Zuletzt geändert (Bewertung)", "hidden": "Teilnehmer/in "}


@dataclass
class Moodle:
    """An assignment: participants {unique id: user}, its comments, and the site's words."""

    participants: dict
    comments: dict
    most: float = 100.0
    words: dict = field(default_factory=lambda: ENGLISH)
    feedback: str = "Feedback comments"

    def take(self, data: bytes) -> dict:
        """{user: grade} after the import; comments change where their cell differs.  ValueError as Moodle refuses."""
        text = data.decode("utf-8").removeprefix("\ufeff")
        head, *rows = csv.reader(io.StringIO(text))
        place = {k: head.index(self.words[k]) if self.words[k] in head else -1 for k in ("id", "grade", "modified")}
        if min(place.values()) < 0:
            raise ValueError("invalid grade import")
        grades = {}
        for row in rows:
            if len(row) != len(head):
                raise ValueError("csvweirdcolumns")
            user = self.participants.get(row[place["id"]][len(self.words["hidden"]) :])
            if user is None:
                continue
            said = row[place["grade"]].replace(" ", "").replace(",", ".")
            if said and 0 <= float(said) <= self.most:
                grades[user] = float(said)
            if self.feedback in head:
                self.comments[user] = row[head.index(self.feedback)]
        return grades

    def pages(self, archive) -> dict:
        """{user: file name} of a zip of feedback files."""
        found = {}
        for name in archive.namelist():
            parts = list(PurePosixPath(name).parts)
            while parts:
                info = parts.pop(0).split("_", 4)
                known = len(info) >= 4 and info[1].isdecimal() and info[1] in self.participants
                if known and info[2:4] == ["assignsubmission", "file"]:
                    found[self.participants[info[1]]] = "/".join([*info[4:], *parts]).lstrip("/")
                    break
        return found


TOTALS = re.compile("Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade|Override")


@dataclass
class Canvas:
    """A course: students {id: name}, assignments {id: title}."""

    students: dict
    assignments: dict

    def take(self, data: bytes) -> dict:
        """{(student, assignment): grade}; whoever or whatever is unknown is new.  ValueError as Canvas refuses."""
        text = data.decode("utf-8").removeprefix("\ufeff")
        semicolons = text.split("\n")[0].count(";") > text.split("\n")[0].count(",")
        head, *rows = csv.reader(io.StringIO(text), delimiter=";" if semicolons else ",")
        about = self._about(head)
        columns = {i: self._assignment(head[i]) for i in range(about, len(head)) if not TOTALS.search(head[i])}
        points = next(row for row in rows if "Points Possible" in row[0])
        self.points = {a: self._normal(points[i]) for i, a in columns.items() if "read only" not in points[i]}
        grades = {}
        for row in rows:
            if row is points or all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", c) for c in row):
                continue
            student = int(row[1]) if row[1].isdecimal() and int(row[1]) in self.students else f"new {row[0]}"
            grades |= {(student, a): self._normal(row[i]) for i, a in columns.items() if a in self.points}
        return grades

    def _about(self, head: list) -> int:
        """How many columns are about the student; the last of them says Section."""
        if not (len(head) > 3 and "Student" in head[0] and "ID" in head[1]):
            raise ValueError("Invalid header row")
        count = 3
        if re.search(r"SIS\s+Login\s+ID", head[2]):
            count = 4
        elif re.search(r"SIS\s+User\s+ID", head[2]) and re.search(r"SIS\s+Login\s+ID", head[3]):
            count = 5 + bool(re.search(r"Integration\s+ID", head[4]))
            count += bool(re.search(r"Root\s+Account", head[count - 1]))
        if "Section" not in head[count - 1]:
            raise ValueError("Invalid header row")
        return count

    def _assignment(self, heading: str):
        found = re.fullmatch(r"(.*)\s\((\d+)\)", heading)
        if found and int(found[2]) in self.assignments:
            return int(found[2])
        by_title = [i for i, title in self.assignments.items() if title == heading]
        return by_title[0] if by_title else f"new {heading}"

    @staticmethod
    def _normal(said: str) -> str:
        """A number with one point, wherever its decimal sign came from."""
        if not re.fullmatch(r"-?[0-9.,]+%?", said):
            return said.strip()
        *whole, last = re.split("[,.]", said)
        return f"{''.join(whole)}.{last}" if whole else last
