"""Which of several machines does what is done once."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hcpov.extensions import Model

CLOCK = "clock"  # the one lease there is: of what the clock asks for, and is done once


class Lease(Model):
    """Whose turn it is, and until when unless it is renewed. Each change of hands has the next number as its tenure."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(40))  # one worker process
    machine: Mapped[str] = mapped_column(String(200))  # for people
    tenure: Mapped[int]
    until: Mapped[datetime]  # by the database's clock, which is one for all machines
