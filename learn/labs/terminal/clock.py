"""Virtual time in words."""

from __future__ import annotations


def clock_text(ms: int) -> str:
    """`35秒`, `12分05秒`, `1時間02分05秒`."""
    seconds = ms // 1000
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        return f"{hours}時間{minutes:02}分{seconds:02}秒"
    return f"{minutes}分{seconds:02}秒" if minutes else f"{seconds}秒"
