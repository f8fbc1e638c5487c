"""The shape of the routing YAML: one model per section, as pydantic checks it and editors show it.

A field's description is what an editor shows; its default is what holds where the file says nothing.
"""

from config.document.base import NOT_YET, Ending, Needs, Overflow, Say, Section
from config.document.people import Agent, Business, Grade, Hours, Number, Phone, Trunk
from config.document.queues import Queue, ServiceLevel, SetAside, Waiting, Widen, WrapUp
from config.document.rules import CallerIs, CustomerIs, Effect, First, HoursAre, Rule, When
from config.document.whole import REQUIRED, Document

__all__ = [
    "NOT_YET",
    "REQUIRED",
    "Agent",
    "Business",
    "CallerIs",
    "CustomerIs",
    "Document",
    "Effect",
    "Ending",
    "First",
    "Grade",
    "Hours",
    "HoursAre",
    "Needs",
    "Number",
    "Overflow",
    "Phone",
    "Queue",
    "Rule",
    "Say",
    "Section",
    "ServiceLevel",
    "SetAside",
    "Trunk",
    "Waiting",
    "When",
    "Widen",
    "WrapUp",
]
