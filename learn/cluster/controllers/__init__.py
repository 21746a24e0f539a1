"""Reconcile loops, one per file; `base` is their frame."""
