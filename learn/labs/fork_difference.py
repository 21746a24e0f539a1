"""What differs between two runs, in one sentence, from their facts alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from learn.labs.moments import is_shown_name

MAX_PARTS = 4
UNCHANGED = "再起動、準備完了の時刻、レプリカ数、失敗したリクエストのどれも変わりません"


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The sentence without its full stop; both are `facts` of runs of the same scenario."""
    parts = [
        *_restarts(before, after),
        *_readiness(before, after),
        *_replicas(before, after),
        *_requests(before, after),
    ]
    return "。".join(parts[:MAX_PARTS]) or UNCHANGED


def _restarts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The first beginning of an end that the kubelet brings about, then how many restarts there are."""
    first, second = _first_end(before), _first_end(after)
    counts = len(before["restarts"]), len(after["restarts"])
    if first is None and second is not None:
        yield f"再起動が起きるようになります。最初は{_seconds(second)}で、全部で{counts[1]}回です"
    elif first is not None and second is None:
        yield f"再起動が起きなくなります。いまの値では、{_seconds(first)}に始まります"
    elif first is not None and second is not None:
        if first != second:
            word = "遅く" if second > first else "早く"
            yield f"最初の再起動が{_seconds(first)}から{_seconds(second)}へ{word}なります"
        if counts[0] != counts[1]:
            yield f"再起動は{counts[0]}回から{counts[1]}回になります"


def _first_end(facts: Mapping[str, Any]) -> int | None:
    """When the first end that leads to a restart began: its killing, or the exit itself."""
    ends = [each for each in facts["restarts"] if each["ms"] >= 0]
    if not ends:
        return None
    first = min(ends, key=lambda each: each["ms"])
    same = (first["pod"], first["container"])
    begun = [
        each["ms"]
        for each in facts["kills"]
        if (each["pod"], each["container"]) == same and 0 <= each["ms"] <= first["ms"]
    ]
    return int(max(begun, default=first["ms"]))


def _readiness(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for app in sorted({*before["readyAt"], *after["readyAt"]}):
        first, second = before["readyAt"].get(app, []), after["readyAt"].get(app, [])
        if not is_shown_name(app):
            continue
        if bool(first) != bool(second):
            when = _seconds((first or second)[0])
            yield (
                f"`{app}`が一度も準備完了になりません。いまの値では、{when}になります"
                if first
                else f"`{app}`が{when}に準備完了になります"
            )
        elif first and len(first) != len(second):
            yield f"同時に準備完了になる`{app}`のPodは、最大{len(first)}個から{len(second)}個になります"
        elif first and first[-1] != second[-1]:
            word = "遅く" if second[-1] > first[-1] else "早く"
            what = "準備完了" if len(first) == 1 else f"Pod{len(first)}個の準備完了"
            yield f"`{app}`の{what}が{_seconds(first[-1])}から{_seconds(second[-1])}へ{word}なります"


def _replicas(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The most replicas that a workload wanted; ReplicaSets follow from their Deployment."""
    for app in sorted(set(before["readyAt"]) & set(before["replicas"]) & set(after["replicas"])):
        first, second = (
            max((step["count"] for step in facts["replicas"][app]), default=0) for facts in (before, after)
        )
        if first != second and is_shown_name(app):
            yield f"`{app}`のレプリカ数は、最大{first}から{second}になります"


def _requests(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    first, second = _failed(before), _failed(after)
    if first != second:
        word = "増えます" if second > first else "減ります"
        yield f"失敗したリクエストは、{first}件から{second}件に{word}"


def _failed(facts: Mapping[str, Any]) -> int:
    return sum(each["failed"] for each in facts["requests"].values())


def _seconds(ms: int) -> str:
    """Whole seconds, as the timeline shows an instant."""
    return f"{-(-ms // 1000)}秒"
