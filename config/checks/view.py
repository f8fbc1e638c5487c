"""What a check looks at, and where it notes what it finds."""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.core.routing import Needs
from agents.model import AgentProfile
from config.building import grade_sections, profile
from config.checks.prompts import Prompts
from config.document import Document
from config.nodes import Mapping, TreePath, key_mark, locate
from config.problems import Nearest, Problems


@dataclass(slots=True)
class View:
    """A document, of which sections may be `broken` (lack items that have mistakes of their own)."""

    document: Document
    tree: Mapping
    problems: Problems
    broken: frozenset[str] = frozenset()
    rule_numbers: tuple[int, ...] = ()
    unsure: frozenset[str] = frozenset()
    """Queues of which it cannot be said who may serve them."""
    mistaken: frozenset[TreePath] = frozenset()
    """Places that were complained of already."""
    unspoken: frozenset[str] = frozenset()
    """Languages without prompts."""
    prompts: Prompts = field(default_factory=Prompts)
    """Which prompts there are without the file."""
    nearest: Nearest = field(default_factory=Nearest)
    """What misspelled names may have meant."""
    profiles: tuple[AgentProfile, ...] = field(init=False)
    _servers: dict[tuple[Needs | None, frozenset[str]], frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        grades = grade_sections(self.document)
        agents = self.document.agents.items()
        self.profiles = tuple(profile(id, agent, grades, "") for id, agent in agents)

    def error(self, path: TreePath, message: str, hint: str | None = None) -> None:
        """A mistake at the value that a path leads to (at its key, if the path ends in "[key]")."""
        if path in self.mistaken:
            return
        self.problems.error(locate(self.tree, path)[1], message, hint)

    def warn(self, path: TreePath, message: str, hint: str | None = None) -> None:
        """Something odd at the key that a path ends in."""
        self.problems.warn(key_mark(self.tree, path), message, hint)

    def whole(self, *sections: str) -> bool:
        """Whether nothing is missing from these sections."""
        return self.broken.isdisjoint(sections)

    def line(self, path: TreePath) -> str:
        """The place of a key, to be pointed at from elsewhere."""
        mark = key_mark(self.tree, path)
        return f"{mark.file}:{mark.line}"

    @property
    def knows_agents(self) -> bool:
        """Whether it can be said who could serve: nobody is missing, no skill or group either."""
        return self.whole("agents", "grades", "skills", "groups")

    def servers(self, needs: Needs | None, groups: frozenset[str]) -> frozenset[str]:
        """The agents who meet the needs (None: nobody does by skill) or are in one of the groups."""
        key = (needs, groups)
        if key not in self._servers:
            self._servers[key] = frozenset(
                agent.id
                for agent in self.profiles
                if not agent.groups.isdisjoint(groups) or (needs is not None and meets(agent, needs))
            )
        return self._servers[key]


def meets(agent: AgentProfile, needs: Needs) -> bool:
    """Whether an agent has every skill at its level or above."""
    return all(agent.skills.get(skill, 0) >= level for skill, level in needs)


def words(needs: Needs) -> str:
    """Needs as they are written."""
    return "{" + ", ".join(f"{skill}: {level}" for skill, level in needs) + "}"
