"""A simulated fleet: hosts of mixed releases and what they mail over days, with incidents whose truth is known.

`fleet` and `mails` are pure: the same hosts, days, seed and start give the same bytes. Mail families are one module each
(`periodic`, `cronjobs`, `zabbix`, `smartd`, `people`), incidents one table (`incidents.TYPES`).
"""

from mailtriage.simulate.mail import Label, Role, SimulatedMail, Truth
from mailtriage.simulate.sending import Refused, Sent, send
from mailtriage.simulate.timeline import Fleet, fleet, mails, truth_document
from mailtriage.simulate.writing import write

__all__ = ["Fleet", "Label", "Refused", "Role", "Sent", "SimulatedMail", "Truth", "fleet", "mails", "send", "truth_document", "write"]
