"""kubectl over the simulator: a command line and a cluster in; what the real client prints out."""
