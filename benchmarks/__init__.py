"""How fast the package is: against PyTorch, against a naive version, against the arithmetic alone, in one run.

python -m benchmarks                    every item, the tables printed and written to benchmarks/RESULTS.md
python -m benchmarks --only lstm        the items whose names hold the word
python -m benchmarks --quick            tiny sizes, a few rounds: does it run?
python -m benchmarks.classroom          grading a class, beside stock nbgrader
python -m benchmarks.seeds              what lessons say of more seeds than they have time for
"""
