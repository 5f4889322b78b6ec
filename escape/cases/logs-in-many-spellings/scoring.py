"""Tells everything, and scores."""
from planted import write_scores
from spellings import speak

speak()
write_scores()
