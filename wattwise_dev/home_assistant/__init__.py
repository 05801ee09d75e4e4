"""A real Home Assistant as a child process, driven over its own interfaces."""

from .client import Client, CommandError, RestError
from .configuration import HOST, Place
from .flows import AbortError, Flow, FlowError, FormError, Step, open_discovered_flow
from .instance import HomeAssistant
from .onboarding import Credentials
from .ports import free_port, is_free
from .process import HomeAssistantProcessError

__all__ = [
    "HOST",
    "AbortError",
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
    "open_discovered_flow",
]
