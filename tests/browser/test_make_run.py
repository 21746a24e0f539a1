"""`make run` as README says it."""

from tests.server import answers, make_run


def test_serves_until_interrupted(tmp_path):
    with make_run(tmp_path) as url:
        assert answers(url + "/glossary/")
    assert not answers(url + "/")
