"""What the API server does, as pure functions over objects as plain data.

The simulator's store and the manifest check call the same functions, so the two never disagree:
decode and check against the schema (`schema`), fill in defaults (`defaults`), validate
(`validation`), patch and apply (`patch`, `apply`), admit (`admission`), allocate (`allocation`).
"""
