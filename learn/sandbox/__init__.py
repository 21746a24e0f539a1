"""The manifest check: manifest text in, `Report` out. `pipeline.check` is the door."""
