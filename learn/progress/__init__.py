"""App: who is learning, and everything kept about a learner."""
