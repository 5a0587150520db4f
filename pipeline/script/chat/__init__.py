"""Who answers: language models behind services, asked one question at a time. What is asked is the room's business.

model               `ChatModel`, and what passes between it and those who ask: `Question`, `Answer`
asking              `ask`: the models in order, a conversation with each until an answer can be used, kept in the cache
service             `ServiceModel`: throttle, deadline, price and protocol of any model behind an address
dialect             how each service wants to be asked for JSON
completion          what comes back, read
headers             what services say about their limits
failures            statuses and error codes as our errors: one table for all services
groq                the way to Groq, by its own SDK
openai_compatible   the way to everybody else who speaks OpenAI's protocol, by base URL
"""

from pipeline.script.chat.asking import Answered, Unusable, as_one, ask, in_short, kept_answers, read_kept
from pipeline.script.chat.dialect import Dialect, groq_dialect
from pipeline.script.chat.failures import Service
from pipeline.script.chat.groq import GroqTransport
from pipeline.script.chat.model import Answer, ChatModel, Message, Question
from pipeline.script.chat.openai_compatible import OpenAICompatibleTransport
from pipeline.script.chat.service import ServiceModel, Transport

__all__ = [
    "Answer",
    "Answered",
    "ChatModel",
    "Dialect",
    "GroqTransport",
    "Message",
    "OpenAICompatibleTransport",
    "Question",
    "Service",
    "ServiceModel",
    "Transport",
    "Unusable",
    "as_one",
    "ask",
    "groq_dialect",
    "in_short",
    "kept_answers",
    "read_kept",
]
