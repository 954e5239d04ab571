"""What is known of the hosts beside their mail, and how it weighs: own file, Ansible inventories, policy. See docs/inventory.md."""

from mailtriage.inventory.attributes import Attributes, in_words
from mailtriage.inventory.hosts import EMPTY, Entry, Inventory, Source
from mailtriage.inventory.load import Weights, load_inventory, load_policy, load_weights
from mailtriage.inventory.policy import Policy, Row, weighed

__all__ = [
    "EMPTY",
    "Attributes",
    "Entry",
    "Inventory",
    "Policy",
    "Row",
    "Source",
    "Weights",
    "in_words",
    "load_inventory",
    "load_policy",
    "load_weights",
    "weighed",
]
