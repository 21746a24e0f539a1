"""A small shell over the simulator: variables, pipes, loops, redirections into the learner's folder.

The grammar is tree-sitter-bash; what it parses is compiled to instructions (`compiler`) that a machine runs whose
whole state is JSON (`machine`), so that a line that waits can go on in another process.  Nothing reaches the real
system: programs (`programs/`) see the learner's folder and the cluster, nothing else.
"""
