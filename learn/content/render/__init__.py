"""Markdown, code, commands and diagrams to safe HTML without inline styles."""
