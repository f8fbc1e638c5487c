"""What a file means: every section as the values that the core works with, all defaults filled in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from acd.core.routing import (
    BusinessIs,
    CallbackRule,
    CallerStartsWith,
    CallerWithheld,
    CallingHours,
    CustomerTierIs,
    DialledIs,
    Effect,
    Ending,
    FirstTarget,
    InBlacklist,
    LastAgentWithin,
    NumberRoute,
    Queue,
    Routing,
    Rule,
    ServiceLevel,
    SetAside,
    Strategy,
    Then,
    TimeWithin,
    WideningStep,
    WrapUp,
)
from agents.model import AgentProfile
from config.load import load
from config.problems import ConfigErrors
from tests.unit.config.files import check_mistakes, loaded, text, write

CALLBACK = Ending(say="all_busy_recorded", then=Then.CALLBACK)
EXAMPLE = Path("config/examples/tv-shopping.yaml")


def routing(folder: Path, **sections: str) -> Routing:
    return loaded(folder, text(**sections)).routing


def test_the_example_is_valid_and_has_nothing_odd() -> None:
    loaded = load(EXAMPLE)
    assert loaded.warnings == ()
    assert set(loaded.routing.queues) == {"orders", "jewellery", "complaints", "reception"}


def test_a_queue_that_says_nothing_has_the_defaults(tmp_path: Path) -> None:
    queues = "queues:\n  main: {}"
    assert routing(tmp_path, queues=queues).queues["main"] == Queue(
        name="main", label="main", needs=(), on_timeout=CALLBACK, on_nobody=CALLBACK, on_full=CALLBACK,
        callback=CallbackRule(hours=CallingHours(zone="Asia/Shanghai")),
    )  # fmt: skip


def test_a_queue_that_says_everything(tmp_path: Path) -> None:
    queues = """queues:
  main:
    name: 主
    needs: {orders: 3, english: 2}
    groups: [vip]
    widen: [{after: 20s, needs: {orders: 1}}, {after: 1m, needs: anyone}]
    strategy: round_robin
    order: ['2', '1']
    ring: 12s
    no_answer: {pause: no answer}
    refused: {rest: 30s}
    wrap_up: {for: 15s, extend: 30s}
    service_level: {within: 10s, target: 90%}
    waiting: {music: default, at_most: 50, for_at_most: 3m}
    on_timeout: {say: system_busy, then: callback}
    on_nobody: goodbye
    on_full: {say: nothing, then: {queue: other}}
    short_abandon: 0s
    callback:
      order: customer_first
      attempts: 2
      spacing: [1m, 1h]
      reserve: 1
      behind: false
      within: 1d
      for_agent: 10m
      ring: 20s
      short_abandons: false
      hours: {from: "08:30", to: "24:00", zone: UTC, zones: {"44": Europe/London, "1": Asia/Tokyo}}
      trunk: carrier
  other: {groups: [back]}"""
    trunks = "trunks:\n  carrier: {match: 192.0.2.1, dial: 'PJSIP/{number}@carrier', caller_id: '400'}"
    loaded = routing(tmp_path, queues=queues, trunks=trunks)
    assert (loaded.trunks["carrier"].dial, loaded.trunks["carrier"].caller_id) == (
        "PJSIP/{number}@carrier",
        "400",
    )
    result = loaded.queues
    assert result["main"] == Queue(
        name="main",
        label="主",
        needs=(("english", 2), ("orders", 3)),
        groups=frozenset({"vip"}),
        widen=(
            WideningStep(after=20, needs=(("orders", 1),)),
            WideningStep(after=60, needs=()),
        ),
        strategy=Strategy.ROUND_ROBIN,
        order=("2", "1"),
        ring=12,
        no_answer=SetAside(pause_reason="no answer"),
        refused=SetAside(rest=30),
        wrap_up=WrapUp(seconds=15, extend=30),
        service_level=ServiceLevel(within=10, target=0.9),
        at_most=50,
        for_at_most=180,
        on_timeout=Ending(say="system_busy", then=Then.CALLBACK),
        on_nobody=Ending(say="nobody", then=Then.GOODBYE),
        on_full=Ending(say=None, then=Then.QUEUE, queue="other"),
        short_abandon=0,
        callback=CallbackRule(
            agent_first=False,
            attempts=2,
            spacing=(60.0, 3600.0),
            reserve=1,
            behind=False,
            within=86_400.0,
            for_agent=600.0,
            ring=20.0,
            short_abandons=False,
            hours=CallingHours(
                begin=510, end=1440, zone="UTC", zones=(("1", "Asia/Tokyo"), ("44", "Europe/London"))
            ),
            trunk="carrier",
        ),
    )
    assert result["other"].needs is None


@pytest.mark.parametrize("strategy", list(Strategy))
def test_every_strategy_has_its_name(tmp_path: Path, strategy: Strategy) -> None:
    queues = f"queues:\n  main: {{strategy: {strategy}}}"
    assert routing(tmp_path, queues=queues).queues["main"].strategy is strategy


@pytest.mark.parametrize(
    ("key", "written", "ending"),
    [
        ("when_closed", "callback", Ending(say="closed", then=Then.CALLBACK)),
        ("when_closed", "goodbye", Ending(say="closed", then=Then.GOODBYE)),
        ("when_closed", "{queue: main}", Ending(say=None, then=Then.QUEUE, queue="main")),
        ("when_closed", "{say: goodbye, then: goodbye}", Ending(say="goodbye", then=Then.GOODBYE)),
        ("on_timeout", "goodbye", Ending(say="goodbye", then=Then.GOODBYE)),
        ("on_full", "goodbye", Ending(say="system_busy", then=Then.GOODBYE)),
        ("on_full", "callback", CALLBACK),
    ],
)
def test_what_a_caller_hears_at_an_ending(
    tmp_path: Path, key: str, written: str, ending: Ending
) -> None:
    if key == "when_closed":
        businesses = f"businesses:\n  shop: {{hours: day, when_closed: {written}}}"
        assert routing(tmp_path, businesses=businesses).businesses["shop"].when_closed == ending
    else:
        queues = f"queues:\n  main: {{{key}: {written}}}"
        assert getattr(routing(tmp_path, queues=queues).queues["main"], key) == ending


def test_agents_with_their_levels_resolved(tmp_path: Path) -> None:
    result = routing(
        tmp_path,
        grades="grades:\n  trainee: {level: 2, skills: {orders: 1}}\n  senior: {level: 7}",
        agents="""agents:
  "9": {grade: trainee}
  "1": {name: 一, grade: trainee, skills: [english, orders], groups: [vip]}
  "2": {grade: trainee, skills: {orders: 6, english: 3}, weight: 4}
  "3": {grade: senior, skills: [orders], groups: [back]}
  "4": {grade: junior, skills: [orders], endpoint: Local/4@phones, node: west}
  "5": {skills: {english: 10}}""",
    )
    assert list(result.agents) == ["9", "1", "2", "3", "4", "5"]
    assert result.agents["9"] == AgentProfile(
        id="9", name="9", endpoint="PJSIP/9", node="asterisk", skills={"orders": 1}, grade="trainee"
    )
    assert result.agents["1"].skills == {"english": 2, "orders": 1}
    assert result.agents["1"].name == "一"
    assert result.agents["2"].skills == {"orders": 6, "english": 3}
    assert result.agents["2"].weight == 4
    assert result.agents["3"].skills == {"orders": 7}
    assert result.agents["4"].skills == {"orders": 3}
    assert (result.agents["4"].endpoint, result.agents["4"].node) == ("Local/4@phones", "west")
    assert result.agents["5"].grade is None
    assert result.grades == {"junior": 3, "intermediate": 5, "senior": 7, "vip": 10, "trainee": 2}


def test_rules(tmp_path: Path) -> None:
    result = routing(
        tmp_path,
        rules="""rules:
  - name: everything asked
    when:
      caller: {in: blacklist, starts_with: ['138', '+86'], withheld: false}
      customer: {tier: [vip, gold], last_agent: {within: 90d}}
      dialled: '100'
      business: shop
      hours: {open: day, closed: night}
    then: {say: system_busy, end: true}
  - name: everything done
    then: {say: closed, first: {group: vip, for: 15s}, head_start: 10m, tier: 2, needs: {orders: 1},
           queue: main, language: en, stop: true}
""",
        hours="hours:\n  day: {open: [mon 09:00-10:00]}\n  night: {open: [mon 08:00-09:30]}",
    )
    day = result.businesses["shop"].hours
    assert day is not None
    first, second = result.rules
    assert first.when[:7] == (
        InBlacklist(),
        CallerStartsWith(prefixes=("138", "+86")),
        CallerWithheld(withheld=False),
        CustomerTierIs(tiers=frozenset({"vip", "gold"})),
        LastAgentWithin(seconds=7_776_000),
        DialledIs(numbers=frozenset({"100"})),
        BusinessIs(businesses=frozenset({"shop"})),
    )
    opened, closed = first.when[7:]
    assert opened == TimeWithin(name="day", hours=day)
    assert isinstance(closed, TimeWithin)
    assert (closed.name, closed.within) == ("night", False)
    assert first.then == Effect(say="system_busy", end=True)
    assert second == Rule(
        name="everything done",
        when=(),
        then=Effect(
            say="closed", first=FirstTarget(group="vip", hold=15), head_start=600, tier=2,
            needs=(("orders", 1),), queue="main", language="en", stop=True,
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("{agent: last}", FirstTarget(last_agent=True)),
        ("{agent: '2', for: 5s}", FirstTarget(agent="2", hold=5)),
        ("{group: back}", FirstTarget(group="back")),
    ],
)
def test_first_targets(tmp_path: Path, written: str, target: FirstTarget) -> None:
    rules = f"rules:\n  - {{name: a, then: {{first: {written}}}}}"
    assert routing(tmp_path, rules=rules).rules[0].then.first == target


def test_numbers_businesses_and_the_rest(tmp_path: Path) -> None:
    result = routing(
        tmp_path,
        numbers='numbers:\n  "100": {queue: main, business: shop, language: en}\n'
        '  "+86400": {queue: main}\n  default: {queue: main, business: always}',
        businesses="businesses:\n"
        "  shop: {name: 店, hours: day, campaign: late, language: en, record: true}\n"
        "  always: {}",
        trunks="trunks:\n  a: {match: 127.0.0.2}\n  b: {match: ['10.0.0.0/8', '2001:db8::1']}",
        phones='phones:\n  p: {name: 客, number: "138"}\n  q: {number: "139"}',
    )
    assert result.numbers == {
        "100": NumberRoute(number="100", queue="main", business="shop", language="en"),
        "+86400": NumberRoute(number="+86400", queue="main"),
    }
    assert result.default_route == NumberRoute(number=None, queue="main", business="always")
    shop = result.businesses["shop"]
    assert (shop.label, shop.campaign, shop.language, shop.record) == ("店", "late", "en", True)
    assert result.businesses["always"].hours is None
    assert result.trunks["a"].match == ("127.0.0.2",)
    assert result.trunks["b"].match == ("10.0.0.0/8", "2001:db8::1")
    assert (result.phones["p"].name, result.phones["q"].name) == ("客", "q")
    assert result.tiers == {"vip", "gold"}
    assert result.pause_reasons == ("lunch",)
    assert result.languages == ("zh-CN", "en")
    assert (result.timezone, result.app) == ("Asia/Shanghai", "strowger")


def test_hours_with_holidays_of_the_years_around_today(tmp_path: Path) -> None:
    hours = (
        "hours:\n  day: {open: [mon-fri 22:00-02:00, sat 09:00-12:00, sat 13:00-15:00], "
        "holidays: CN, closed_on: [2026-12-24, 2026-10-01], timezone: Europe/Berlin}"
    )
    path = write(tmp_path, text(hours=hours))
    day = load(path, today=date(2026, 11, 21)).routing.businesses["shop"].hours
    assert day is not None
    assert day.zone == ZoneInfo("Europe/Berlin")
    assert day.weekly[0] == ((79_200, 93_600),)
    assert day.weekly[5] == ((32_400, 43_200), (46_800, 54_000))
    assert day.weekly[6] == ()
    assert day.closed[date(2026, 12, 24)] == "closed"
    assert day.closed[date(2026, 10, 1)] == "国庆节"
    assert {each.year for each in day.closed} == set(range(2025, 2037))


def test_a_day_that_is_closed_for_a_reason_of_its_own(tmp_path: Path) -> None:
    hours = (
        "hours:\n  day: {open: [mon 09:00-10:00], holidays: DE-BY, "
        "closed_on: {2026-12-25: Betriebsferien, 2026-12-28: Inventur}}"
    )
    path = write(tmp_path, text(hours=hours))
    day = load(path, today=date(2026, 1, 1)).routing.businesses["shop"].hours
    assert day is not None
    assert day.closed[date(2026, 12, 25)] == "Betriebsferien"
    assert day.closed[date(2026, 12, 28)] == "Inventur"
    assert day.closed[date(2026, 1, 6)] == "Heilige Drei Könige"


def test_prompts_music_node_and_application_come_from_outside(tmp_path: Path) -> None:
    queues = "queues:\n  main: {waiting: {music: jazz}, on_nobody: {say: hello, then: goodbye}}"
    path = write(tmp_path, text(queues=queues))
    loaded = load(
        path, prompts={"hello", "closed", "all_busy_recorded"}, music=["jazz"], node="west", app="acd"
    )
    assert loaded.routing.queues["main"].music == "jazz"
    assert loaded.routing.agents["1"].node == "west"
    assert loaded.routing.app == "acd"
    check_mistakes(
        tmp_path,
        text(queues=queues.replace("jazz", "§jazz").replace("hello", "§hello")),
        "unknown music class",
        "unknown prompt",
    )


def test_prompts_may_depend_on_the_languages(tmp_path: Path) -> None:
    rules = "rules:\n  - {name: a, then: {say: hello, end: true}}"
    path = write(tmp_path, text(rules=rules))
    asked: list[set[str]] = []

    def prompts(languages: Collection[str]) -> Collection[str]:
        asked.append(set(languages))
        return {"hello", "closed", "all_busy_recorded"}

    assert load(path, prompts=prompts).routing.rules[0].then.say == "hello"
    assert asked == [{"zh-CN", "en"}]


@pytest.mark.parametrize("languages", ["", "languages: 5"])
def test_prompts_of_no_language_are_not_complained_of(tmp_path: Path, languages: str) -> None:
    rules = "rules:\n  - {name: a, then: {say: hello, end: true}}"
    path = write(tmp_path, text(rules=rules, languages=languages))
    with pytest.raises(ConfigErrors) as refused:
        load(path, prompts=lambda languages: ())
    assert len(refused.value.problems) == 1
    assert "prompt" not in refused.value.problems[0].message


def test_what_nobody_knows_is_taken_for_known(tmp_path: Path) -> None:
    queues = "queues:\n  main: {waiting: {music: jazz}, on_nobody: {say: hello, then: goodbye}}"
    main = load(write(tmp_path, text(queues=queues)), prompts=None, music=None).routing.queues["main"]
    assert (main.music, main.on_nobody.say) == ("jazz", "hello")


def test_a_thousand_mistakes_are_told_in_bounded_text(tmp_path: Path) -> None:
    agents = "agents:\n" + "\n".join(
        f'  "{n}": {{grade: seniour, groups: [vip]}}' for n in range(10, 1010)
    )
    content = text(agents=agents)
    path = write(tmp_path, content)
    with pytest.raises(ConfigErrors, match=r"\.\.\. and 900 more$"):
        load(path)
