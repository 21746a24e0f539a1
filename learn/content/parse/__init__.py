"""Text of lesson files to values of the model; whatever is wrong becomes a finding."""
