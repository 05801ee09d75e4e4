"""A real Home Assistant as a child process, driven over its own interfaces."""

from .client import Client, CommandError, RestError
from .configuration import Place
from .flows import Flow, FlowError, FormError, Step
from .instance import HomeAssistant
from .onboarding import Credentials
from .ports import free_port, is_free
from .process import HomeAssistantProcessError

__all__ = [
    "Client",
    "CommandError",
    "Credentials",
    "Flow",
    "FlowError",
    "FormError",
    "HomeAssistant",
    "HomeAssistantProcessError",
    "Place",
    "RestError",
    "Step",
    "free_port",
    "is_free",
]
