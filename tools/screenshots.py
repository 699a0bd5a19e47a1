"""Run a notebook in JupyterLab and take pictures of the whole of it, as a learner sees it.

python -m tools.screenshots 04 --to DIRECTORY
python -m tools.screenshots solutions/04_linear_regression.ipynb --to DIRECTORY
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat

from tools.browser import browser, find_chromium, lab_server, open_notebook, run_all
from tools.reference_kernel import ROOT

WIDTH, HEIGHT = 1100, 1500
SCROLLER = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer"


def take(path, folder, execute=True):
    """Pictures of the notebook file `path`, from top to bottom, as PNG files in `folder`; returns their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="course-shots-") as work:
        shutil.copy(path, work)
        with lab_server(work) as address, browser() as chromium:
            page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            open_notebook(page, address(Path(path).name))
            page.keyboard.press("Control+b")  # the file list goes away
            if execute:
                run_all(page, planned_errors(path))
            return slices(page, folder, Path(path).stem)


def planned_errors(path):
    """How many cells of a notebook are meant to fail."""
    cells = nbformat.read(path, as_version=4).cells
    return sum("raises-exception" in cell.metadata.get("tags", []) for cell in cells)


def slices(page, folder, stem):
    """One picture a screen, each overlapping the one before a little."""
    page.wait_for_timeout(1500)
    pane = page.locator(SCROLLER).first
    total, step = pane.evaluate("e => [e.scrollHeight, e.clientHeight - 60]")
    files = []
    for number, top in enumerate(range(0, max(total - 60, 1), step), start=1):
        pane.evaluate("(e, top) => { e.scrollTop = top }", top)
        page.wait_for_timeout(250)
        files.append(folder / f"{stem}-{number:02d}.png")
        pane.screenshot(path=files[-1])
    return files


def main(argv=None):
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description=__doc__.splitlines()[0])
    parser.add_argument("notebook", help="a lesson's number, or a notebook file")
    parser.add_argument("--to", default="screenshots", help="folder for the pictures")
    parser.add_argument("--no-run", action="store_true", help="show the stored outputs, run nothing")
    options = parser.parse_args(argv)
    if find_chromium() is None:
        sys.exit("No Chromium here: install Chromium (Debian: apt install chromium) or set CHROMIUM to its path.")
    path = Path(options.notebook)
    if not path.suffix:
        path = next((ROOT / "notebooks").glob(f"{options.notebook}_*.ipynb"), None) or sys.exit("No such lesson.")
    for file in take(path, options.to, not options.no_run):
        print(file)


if __name__ == "__main__":
    main()
