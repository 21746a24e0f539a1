"""Whether the goals of an exercise are fair and strict, by trial.

Fair: every other way of writing a solution passes (`forms`, `styles`, `variants`).
Strict: every solution with one field spoilt fails (`mutants`).
Everything here is a pure function; randomness is handed in as a `random.Random`.
"""
