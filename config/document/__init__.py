"""The shape of the routing YAML: one model per section, as pydantic checks it and editors show it.

A field's description is what an editor shows; its default is what holds where the file says nothing.
"""

from config.document.base import Ending, Needs, Overflow, Say, Section
from config.document.callbacks import Callback, CallingHours
from config.document.flows import (
    BranchStep,
    BranchWhen,
    CollectStep,
    Elsewhere,
    Flow,
    Go,
    LookUpStep,
    MenuStep,
    Part,
    RecordStep,
    SayDigits,
    SayNumber,
    SayRecording,
    SayStep,
    SayTime,
    Step,
)
from config.document.people import Agent, Business, Grade, Hours, Number, Phone, Survey, Trunk
from config.document.queues import Queue, ServiceLevel, SetAside, Widen, WrapUp
from config.document.rules import CallerIs, CustomerIs, Effect, First, HoursAre, Rule, When
from config.document.voicemail import FlowRecordings, KeepFor, Lamp, Voicemail
from config.document.waiting import Announce, MusicClass, Waiting, WaitingOffer
from config.document.whole import REQUIRED, Document

__all__ = [
    "REQUIRED",
    "Agent",
    "Announce",
    "BranchStep",
    "BranchWhen",
    "Business",
    "Callback",
    "CallerIs",
    "CallingHours",
    "CollectStep",
    "CustomerIs",
    "Document",
    "Effect",
    "Elsewhere",
    "Ending",
    "First",
    "Flow",
    "FlowRecordings",
    "Go",
    "Grade",
    "Hours",
    "HoursAre",
    "KeepFor",
    "Lamp",
    "LookUpStep",
    "MenuStep",
    "MusicClass",
    "Needs",
    "Number",
    "Overflow",
    "Part",
    "Phone",
    "Queue",
    "RecordStep",
    "Rule",
    "Say",
    "SayDigits",
    "SayNumber",
    "SayRecording",
    "SayStep",
    "SayTime",
    "Section",
    "ServiceLevel",
    "SetAside",
    "Step",
    "Survey",
    "Trunk",
    "Voicemail",
    "Waiting",
    "WaitingOffer",
    "When",
    "Widen",
    "WrapUp",
]
