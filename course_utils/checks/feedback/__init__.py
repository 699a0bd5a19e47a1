"""What a learner reads: the result, its panel, values as text, and every sentence of the machinery."""
