"""Core: lesson files become immutable courses, lessons, quizzes, exercises and terms."""
