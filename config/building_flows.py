"""From the flows of the document to those that the interpreter walks through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from config import document as doc
from ivr import model
from ivr.graph import edges, parts_of, places

_WORDS: Mapping[str, model.Destination] = {
    "callback": model.ToCallback(),
    "served": model.HangUp(served=True),
    "hang_up": model.HangUp(served=False),
}


def flow(name: str, steps: doc.Flow) -> model.Flow:
    """One flow; its first step is where callers begin."""
    return model.Flow(
        name=name, start=next(iter(steps)), steps={key: step(item) for key, item in steps.items()}
    )


def flows(written: Mapping[str, doc.Flow]) -> dict[str, model.Flow]:
    """All flows. Each look-up knows as what its fields are read out, in whatever flow."""
    found = {name: flow(name, steps) for name, steps in written.items()}
    read: dict[str, frozenset[model.ReadAs]] = {}
    for _, each in places(found):
        for part in parts_of(each):
            for name, read_as in _read(part):
                read[name] = read.get(name, frozenset()) | {read_as}
    return {
        name: replace(each, steps={key: _reading(step, read) for key, step in each.steps.items()})
        for name, each in found.items()
    }


def _read(part: model.Part) -> Iterator[tuple[str, model.ReadAs]]:
    match part:
        case model.Number(of=str(name)):
            yield name, "number"
        case model.Digits(of=str(name)):
            yield name, "digits"
        case model.Clock(of=str(name)):
            yield name, "time"


def _reading(step: model.Step, read: Mapping[str, frozenset[model.ReadAs]]) -> model.Step:
    if not isinstance(step, model.LookUp):
        return step
    return replace(step, read={name: read[name] for name in step.keep if name in read})


def queue_of(name: str, flows: Mapping[str, model.Flow]) -> str | None:
    """The first queue that a flow leads to, itself or by way of the flows it leads to; None: none."""
    seen: list[str] = [name]
    for each in seen:
        for found in flows[each].steps.values() if each in flows else ():
            for edge in edges(found):
                if isinstance(edge.to, model.ToQueue):
                    return edge.to.queue
                if isinstance(edge.to, model.ToFlow) and edge.to.flow not in seen:
                    seen.append(edge.to.flow)
    return None


def step(item: doc.Step) -> model.Step:
    """One step of a flow."""
    match item:
        case doc.SayStep():
            return model.Say(parts=parts(item.say), go=go(item.go), barge_in=item.barge_in)
        case doc.MenuStep():
            return model.Menu(
                parts=parts(item.say),
                keys={key: go(to) for key, to in item.keys.items()},
                tries=_tries(item),
                into=item.into,
            )
        case doc.CollectStep():
            return _collect(item)
        case doc.BranchStep():
            return model.Branch(
                cases=tuple(model.Case(when=when(case.when), go=go(case.go)) for case in item.cases),
                otherwise=go(item.otherwise),
            )
        case doc.LookUpStep():
            return model.LookUp(
                url=item.look_up,
                keep=dict(item.keep),
                go=go(item.go),
                otherwise=go(item.otherwise),
                within=item.within,
                parts=parts(item.say),
            )
        case doc.RecordStep():
            return _record(item)
        case _:
            assert_never(item)


def _collect(item: doc.CollectStep) -> model.Collect:
    return model.Collect(
        parts=parts(item.say),
        into=item.collect,
        go=go(item.go),
        tries=_tries(item),
        at_least=item.at_least,
        at_most=item.at_most,
        ends_with=None if item.ends_with == "nothing" else item.ends_with,
        between=item.between,
        secret=item.secret,
    )


def _record(item: doc.RecordStep) -> model.Record:
    return model.Record(
        parts=parts(item.say),
        into=item.record,
        go=go(item.go),
        too_short=go(item.too_short),
        failed=go(item.failed),
        beep=item.beep,
        at_least=item.at_least,
        at_most=item.at_most,
        silence=item.silence,
        ends_with=item.ends_with,
    )


def _tries(item: doc.MenuStep | doc.CollectStep) -> model.Tries:
    return model.Tries(
        otherwise=go(item.otherwise),
        within=item.within,
        tries=item.tries,
        invalid=parts(item.invalid),
        silence=parts(item.silence),
    )


def parts(written: list[doc.Part] | None) -> model.Parts:
    """What is heard."""
    return tuple(_part(each) for each in written or ())


def _part(written: doc.Part) -> model.Part:
    match written:
        case doc.SayNumber(number=int(value)):
            return model.Number(value=value)
        case doc.SayNumber(number=name):
            return model.Number(of=str(name))
        case doc.SayDigits(digits=text):
            return model.Digits(of=text) if text[0].isalpha() else model.Digits(text=text)
        case doc.SayTime(time=name):
            return model.Clock(of=None if name == "now" else name)
        case doc.SayRecording(recording=name):
            return model.Tape(of=name)
        case prompt:
            return model.Sound(prompt=prompt)


def go(written: doc.Go) -> model.Exit:
    """Where a caller goes on."""
    if isinstance(written, str):
        return _WORDS.get(written) or model.NextStep(step=written)
    if written.queue is not None:
        return model.ToQueue(
            queue=written.queue,
            needs=tuple(sorted((written.needs or {}).items())),
            head_start=written.head_start or 0.0,
        )
    if written.voicemail is not None:
        return model.ToVoicemail(box=written.voicemail)
    if written.flow is not None:
        return model.ToFlow(flow=written.flow)
    assert written.dial is not None, "exactly one is given"
    return model.ToNumber(number=written.dial)


def when(written: doc.BranchWhen) -> tuple[model.Condition, ...]:
    """What a case asks for, one condition per fact, in the order of the format."""
    found: list[model.Condition] = []
    if written.hours:
        for name, is_open in ((written.hours.open, True), (written.hours.closed, False)):
            if name:
                found.append(model.HoursOpen(hours=name, open=is_open))
    if written.customer:
        found.append(model.TierIs(tiers=frozenset(written.customer.tier)))
    if written.caller:
        found.append(model.InList(list=written.caller.in_))
    for name, value in (written.collected or {}).items():
        found.append(
            model.CollectedIs(
                name=name,
                values=frozenset(value.is_ or ()),
                prefixes=tuple(value.starts_with or ()),
            )
        )
    return tuple(found)
