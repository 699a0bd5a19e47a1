"""The makers' tools: run, normalise, check and verify notebooks.  Learners never need them."""
