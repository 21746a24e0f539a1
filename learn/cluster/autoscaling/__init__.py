"""How many replicas, how large a request, how many nodes: the autoscalers' decisions as pure functions."""
