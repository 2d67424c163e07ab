"""Says on the page what the command line's options say in `upright import`."""

from __future__ import annotations

import re

from server.files.schemas import Question

_QUESTIONS = {
    "--accel-unit": Question.ACCEL_UNIT,
    "--accel-sign": Question.ACCEL_SIGN,
    "--gyro-unit": Question.GYRO_UNIT,
    "--gyro-sign": Question.GYRO_SIGN,
    "--columns": Question.COLUMNS,
    "--unit": Question.WEIGHT_UNIT,
    "--date-order": Question.DAY_FIRST,
}
_OPTION = re.compile(r"--[a-z-]+")
_ARGUMENT = r"(?: (?:minus|up|down|kg|lb|g|mg|m/s2|rad/s|m?deg/s|day-first|month-first|t=\S+))?"
_SAID = re.compile(
    rf"\b([Ss])ay (?:it|which|the unit|so|which they are)?\s*(?:it )?with --[a-z-]+{_ARGUMENT}"
    rf"(?:(?: or)(?: --[a-z-]+)?{_ARGUMENT})*(?: \(names or numbers\))?"
)
_REWORDED = (
    (_SAID, r"\1ay it below"),
    (re.compile(rf"say the unit with --[a-z-]+{_ARGUMENT}"), "say the unit below"),
    (re.compile(rf"say --gyro-sign{_ARGUMENT}"), "say so below"),
    (re.compile(rf"If the file is right: --[a-z-]+{_ARGUMENT}"), "If the file is right, say so below"),
    (re.compile(r" \(a training log: see `upright audit`\)"), ""),
    (re.compile(r" \(--[a-z-]+(?: [a-z],[a-z],[a-z])?\)"), ""),
)


def asked_in(text: str) -> list[Question]:
    """Find what a reason asks for, by the options that it names."""
    return [_QUESTIONS[name] for name in dict.fromkeys(_OPTION.findall(text)) if name in _QUESTIONS]


def for_page(text: str) -> str:
    """Reword a sentence: a page has questions below it, not options."""
    for pattern, instead in _REWORDED:
        text = pattern.sub(instead, text)
    return text


def sentence(text: str) -> str:
    """Begin with a capital and end with a full stop."""
    text = text.strip()
    ended = text if text.endswith((".", "!", "?")) else f"{text}."
    return ended[:1].upper() + ended[1:]
