"""From an answer to a verdict: try it case by case, compare with what is right, recognise the mistake."""
