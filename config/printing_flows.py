"""Flows and the installation's own prompts as YAML again."""

from __future__ import annotations

from typing import Any, assert_never

from config.scalars import duration_text
from ivr import model


def step(item: model.Step) -> dict[str, Any]:
    """A step as it is written, with all defaults."""
    match item:
        case model.Say():
            return {"say": parts(item.parts), "barge_in": item.barge_in, "go": go(item.go)}
        case model.Menu():
            return {
                "say": parts(item.parts),
                "keys": {key: go(to) for key, to in item.keys.items()},
                **({} if item.into is None else {"into": item.into}),
                **_tries(item.tries),
            }
        case model.Collect():
            return {
                "say": parts(item.parts),
                "collect": item.into,
                "at_least": item.at_least,
                "at_most": item.at_most,
                "ends_with": item.ends_with or "nothing",
                "between": duration_text(item.between),
                "secret": item.secret,
                "go": go(item.go),
                **_tries(item.tries),
            }
        case model.Branch():
            return {
                "cases": [{"when": when(case.when), "go": go(case.go)} for case in item.cases],
                "otherwise": go(item.otherwise),
            }
        case model.LookUp():
            return {
                "look_up": item.url,
                **({"keep": dict(item.keep)} if item.keep else {}),
                **({"say": parts(item.parts)} if item.parts else {}),
                "within": duration_text(item.within),
                "go": go(item.go),
                "otherwise": go(item.otherwise),
            }
        case model.Record():
            return _record(item)
        case _:
            assert_never(item)


def _record(item: model.Record) -> dict[str, Any]:
    return {
        **({"say": parts(item.parts)} if item.parts else {}),
        "record": item.into,
        "beep": item.beep,
        "at_least": duration_text(item.at_least),
        "at_most": duration_text(item.at_most),
        "silence": duration_text(item.silence),
        "ends_with": item.ends_with,
        "go": go(item.go),
        "too_short": go(item.too_short),
        "failed": go(item.failed),
    }


def _tries(tries: model.Tries) -> dict[str, Any]:
    return {
        "within": duration_text(tries.within),
        "tries": tries.tries,
        "invalid": parts(tries.invalid),
        "silence": parts(tries.silence),
        "otherwise": go(tries.otherwise),
    }


def parts(found: model.Parts) -> Any:
    """What is said; the only one without the list."""
    written = [_part(each) for each in found]
    return written[0] if len(written) == 1 else written


def _part(part: model.Part) -> str | dict[str, Any]:
    match part:
        case model.Sound(prompt=prompt):
            return prompt
        case model.Number(value=value, of=name):
            return {"number": value if name is None else name}
        case model.Digits(text=text, of=name):
            return {"digits": text if name is None else name}
        case model.Clock(of=name):
            return {"time": name or "now"}
        case model.Tape(of=name):
            return {"recording": name}
        case _:
            assert_never(part)


def go(to: model.Exit) -> str | dict[str, Any]:
    """Where a caller goes on."""
    match to:
        case model.NextStep(step=name):
            return name
        case model.ToQueue():
            return _queue(to)
        case model.ToVoicemail(box=box):
            return {"voicemail": box}
        case model.ToFlow(flow=flow):
            return {"flow": flow}
        case model.ToNumber(number=number):
            return {"dial": number}
        case model.ToCallback():
            return "callback"
        case model.HangUp(served=served):
            return "served" if served else "hang_up"
        case model.Finish(how=how):
            raise ValueError(f"{how}: only the engine's own dialogues end so, which stand in no file")
        case _:
            assert_never(to)


def _queue(to: model.ToQueue) -> dict[str, Any]:
    found: dict[str, Any] = {"queue": to.queue}
    if to.needs:
        found["needs"] = dict(to.needs)
    if to.head_start:
        found["head_start"] = duration_text(to.head_start)
    return found


def when(conditions: tuple[model.Condition, ...]) -> dict[str, Any]:
    """What a case asks for."""
    found: dict[str, Any] = {}
    for condition in conditions:
        match condition:
            case model.HoursOpen(hours=name, open=is_open):
                found.setdefault("hours", {})["open" if is_open else "closed"] = name
            case model.TierIs(tiers=tiers):
                found["customer"] = {"tier": sorted(tiers)}
            case model.InList(list=name):
                found["caller"] = {"in": name}
            case model.CollectedIs(name=name, values=values, prefixes=prefixes):
                like = {"is": sorted(values)} if values else {}
                like |= {"starts_with": list(prefixes)} if prefixes else {}
                found.setdefault("collected", {})[name] = like
            case _:
                assert_never(condition)
    return found
