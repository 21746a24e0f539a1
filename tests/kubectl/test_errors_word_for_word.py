"""Messages of the real client, recorded from v1.32 and v1.33, against ours: text, stream and exit code."""

import pytest

from learn.cluster.api.versions import NEWEST
from learn.kubectl import run
from tests.kubectl.clusters import objects, web

RESOURCE_EXAMPLES = (
    "error: You must provide one or more resources by argument or filename.\n"
    "Example resource specifications include:\n"
    "   '-f rsrc.yaml'\n"
    "   '--filename=rsrc.json'\n"
    "   '<resource> <name>'\n"
    "   '<resource>'\n"
)


@pytest.fixture(scope="module")
def cluster():
    return objects(NEWEST)


@pytest.mark.parametrize(
    ("command", "stderr"),
    [
        ("kubectl gte", 'error: unknown command "gte" for "kubectl"\n\nDid you mean this?\n\tget\n'),
        ("kubectl get foo", 'error: the server doesn\'t have a resource type "foo"\n'),
        ("kubectl get foos.example.com", 'error: the server doesn\'t have a resource type "foos"\n'),
        ("kubectl get -f nofile.yaml", 'error: the path "nofile.yaml" does not exist\n'),
        ("kubectl get deploy x", 'Error from server (NotFound): deployments.apps "x" not found\n'),
        ("kubectl get po x", 'Error from server (NotFound): pods "x" not found\n'),
        ("kubectl get po --foo", "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n"),
        ("kubectl get po x -A", "error: a resource cannot be retrieved by name across all namespaces\n"),
        ("kubectl delete", RESOURCE_EXAMPLES),
        ("kubectl delete pod", "error: resource(s) were provided, but no name was specified\n"),
        ("kubectl scale deploy web", 'error: required flag(s) "replicas" not set\n'),
        (
            "kubectl scale deploy nope --replicas=2",
            'error: no objects passed to scale deployments.apps "nope" not found\n',
        ),
        (
            "kubectl scale deploy web --replicas=1 --current-replicas=2",
            "error: Expected replicas to be 2, was 3\n",
        ),
        (
            "kubectl scale ds log -n dev --replicas=2",
            "Error from server (NotFound): the server could not find the requested resource (patch daemonsets.apps log)\n",
        ),
        ("kubectl set image deploy/web foo=a", 'error: unable to find container named "foo"\n'),
        ("kubectl set image deploy/web", "error: at least one image update is required\n"),
        ("kubectl label po crash app=x", "error: 'app' already has a value (crash), and --overwrite is false\n"),
        ("kubectl taint no node-1 k-", 'error: taint "k" not found\n'),
        ("kubectl rollout status po/crash", "error: no status viewer has been implemented for Pod\n"),
        ("kubectl rollout history deploy web --revision=7", "error: unable to find the specified revision\n"),
        ("kubectl logs nope", 'error: error from server (NotFound): pods "nope" not found in namespace "default"\n'),
        ("kubectl logs crash -c foo", "error: container foo is not valid for pod crash\n"),
        ("kubectl top pod --sort-by=x", "error: --sort-by accepts only cpu or memory\n"),
        ("kubectl explain foo", 'the server doesn\'t have a resource type "foo"\n'),
        ("kubectl wait po -l a=b --for=delete", ""),
        ("kubectl wait po -l a=b --for=condition=Ready", "error: no matching resources found\n"),
        ("kubectl config use-context foo", 'error: no context exists with the name: "foo"\n'),
        ("kubectl apply", "error: must specify one of -f and -k\n"),
        ("kubectl create foo", "error: Unexpected args: [foo]\nSee 'kubectl create -h' for help and examples\n"),
        ("kubectl create cm c --from-literal=a", "error: invalid literal source a, expected key=value\n"),
        ("kubectl run p --image='a b'", 'error: Invalid image name "a b": invalid reference format\n'),
        ("kubectl expose sts db -n dev --port=1", "error: cannot expose a StatefulSet.apps\n"),
        ("kubectl autoscale deploy web --min=5 --max=2", "error: --max=MAXPODS must be larger or equal to --min=MINPODS, max: 2, min: 5\n"),
    ],
)  # fmt: skip
def test_message(cluster, command, stderr):
    result = run(command, cluster, {})
    assert (result.stderr, result.stdout) == (stderr, "")
    assert result.exit_code == (1 if stderr else 0)


@pytest.mark.parametrize(
    ("manifest", "stderr"),
    [
        ("a: b: c", "error: error parsing f.yaml: error converting YAML to JSON: yaml: mapping values are not allowed in this context\n"),
        ("kind: Pod", 'error: error validating "f.yaml": error validating data: apiVersion not set; if you choose to ignore these errors, turn validation off with --validate=false\n'),
        ("a: 1", 'error: error validating "f.yaml": error validating data: [apiVersion not set, kind not set]; if you choose to ignore these errors, turn validation off with --validate=false\n'),
        ("apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: api}", 'error: resource mapping not found for name: "api" namespace: "" from "f.yaml": no matches for kind "Deploymnt" in version "apps/v1"\nensure CRDs are installed first\n'),
        ("", "error: no objects passed to apply\n"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {}", 'error: error when retrieving current configuration of:\nResource: "/v1, Resource=configmaps", GroupVersionKind: "/v1, Kind=ConfigMap"\nName: "", Namespace: "default"\nfrom server for: "f.yaml": resource name may not be empty\n'),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndatta: {}", 'Error from server (BadRequest): error when creating "f.yaml": ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "datta"\n'),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: nosuch}", 'Error from server (NotFound): error when creating "f.yaml": namespaces "nosuch" not found\n'),
    ],
)  # fmt: skip
def test_apply_refuses_a_manifest(manifest, stderr):
    result = run("kubectl apply -f f.yaml", web(NEWEST), {"f.yaml": manifest})
    assert (result.stderr, result.exit_code) == (stderr, 1)
