"""What `kubectl create KIND NAME` makes of its flags, one module per family of kinds.

Source: staging/src/k8s.io/kubectl/pkg/cmd/create/create_*.go.
"""
