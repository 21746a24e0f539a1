"""The terminal: a cluster of the learner's own, worked on by command; short requests, virtual time, nothing held open."""
