"""The other end of the wire: a real SMTP server on the loopback that keeps, refuses or dawdles as told."""

import asyncio
import email
import email.policy
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller

ACCEPTED = "250 OK"


class FarEnd:
    """What the server received, and how it answers.

    `answer_recipient(address)` and `answer_data(message_id)` return the SMTP answer; `pause` is in seconds, before the
    content is answered. `at_step(name, number)` is told of each step of the next message, `number` being accepted so
    far: "sender", "recipient", "content" before it is taken, "accepted" before the answer leaves.
    """

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.answer_recipient: Callable[[str], str] = lambda address: ACCEPTED
        self.answer_data: Callable[[str], str] = lambda message_id: ACCEPTED
        self.at_step: Callable[[str, int], None] = lambda name, number: None
        self.pause = 0.0
        # How many messages it accepts before it lets the next ones wait.
        self.stop_at: int | None = None
        self.port = 0
        self._arrived = threading.Condition()

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.at_step("sender", len(self.received))
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return ACCEPTED

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.at_step("recipient", len(self.received))
        answer = self.answer_recipient(address)
        if answer == ACCEPTED:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        await asyncio.sleep(self.pause)
        while self.stop_at is not None and len(self.received) >= self.stop_at:
            await asyncio.sleep(0.01)
        self.at_step("content", len(self.received))
        answer = self.answer_data(message["Message-ID"].strip())
        if answer == ACCEPTED:
            with self._arrived:
                self.received.append(message)
                self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
                self._arrived.notify_all()
            self.at_step("accepted", len(self.received))
        return answer

    @property
    def counts(self) -> Counter:
        """How many times each Message-ID was accepted."""
        with self._arrived:
            return Counter(message["Message-ID"].strip() for message in self.received)

    def wait_for(self, number: int, *, seconds: float = 90) -> int:
        """Wait until `number` different messages arrived, or the time is over; return how many did."""
        deadline = time.monotonic() + seconds
        while (arrived := len(self.counts)) < number and time.monotonic() < deadline:
            with self._arrived:
                self._arrived.wait(0.1)
        return arrived


@contextmanager
def far_end() -> Iterator[FarEnd]:
    handler = FarEnd()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        handler.port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()
