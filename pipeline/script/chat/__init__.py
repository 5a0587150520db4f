"""Language models behind HTTP services, asked for structured output (JSON by schema).

model              `ChatModel` protocol, and the values it exchanges: `Question`, `Answer`
conversation       `ask`: models in order, retries with feedback until an answer validates, cached
service            `ServiceModel`: throttle, deadline, cost and protocol of a model at an address
dialect            request bodies: how each service is asked for JSON
completion         response bodies: chat completions, parsed
headers            rate-limit headers
failures           HTTP statuses and error codes mapped to our errors: one table for all services
groq               transport: Groq's SDK
openai_compatible  transport: any service that speaks OpenAI's protocol, by base URL
"""

from pipeline.script.chat.conversation import (
    Answered,
    Unusable,
    ask,
    cached_answers,
    combine_errors,
    one_line,
    read_cached_answer,
)
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
    "ask",
    "cached_answers",
    "combine_errors",
    "groq_dialect",
    "one_line",
    "read_cached_answer",
]
