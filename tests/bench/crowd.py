"""People in a room: each asks for the shared fragment at the pace the server sets, notes how old what it shows is, and
votes once. Raw sockets on one event loop a process: a client library would take more of the two cores than the server.
"""

import asyncio
import multiprocessing
import random
import re
import time
from dataclasses import dataclass, field

MARK = re.compile(rb"repere-(\d+)")
INTERVAL = re.compile(rb'data-interval="(\d+)"')
PROCESSES = 2


@dataclass
class Seen:
    """What a process of the crowd saw: seconds from a change to its sight, number of answers, votes by their answer."""

    delays: list[float] = field(default_factory=list)
    asked: int = 0
    unchanged: int = 0
    votes: dict[int, int] = field(default_factory=dict)
    errors: int = 0


@dataclass(frozen=True)
class Person:
    """`cookie` and `body` make the vote of this one person."""

    cookie: str
    body: str


@dataclass(frozen=True)
class Room:
    port: int
    path: str
    vote_path: str
    seconds: float


async def ask(reader, writer, path: str, tag: bytes) -> tuple[int, bytes, bytes]:
    """One GET on an open connection; the status, the body and the ETag."""
    conditional = b"If-None-Match: " + tag + b"\r\n" if tag else b""
    writer.write(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n" + conditional + b"\r\n")
    return await answer(reader)


async def answer(reader) -> tuple[int, bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status, length, tag = int(head[9:12]), 0, b""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        elif name.lower() == b"etag":
            tag = value.strip()
    return status, await reader.readexactly(length) if length else b"", tag


async def live(room: Room, person: Person, seen: Seen, changed_at, until: float) -> None:
    """Ask again and again until the end; vote once, at a moment of one's own in the first two thirds."""
    votes_at = time.monotonic() + random.uniform(0.05, 0.65) * room.seconds
    await asyncio.sleep(random.uniform(0, 1.5))
    tag, mark, wait, has_voted = b"", -1, 1.0, False
    reader, writer = await asyncio.open_connection("127.0.0.1", room.port)
    try:
        while time.monotonic() < until:
            status, body, found = await ask(reader, writer, room.path, tag)
            now = time.time()
            seen.asked += 1
            if status == 304:
                seen.unchanged += 1
            elif status == 200:
                tag = found
                if shown := MARK.search(body):
                    number = int(shown.group(1))
                    # Each change is counted, those that a later one hid too: they were never seen in time.
                    for missed in range(max(mark + 1, 0), number + 1):
                        if mark >= 0:
                            seen.delays.append(now - changed_at[missed])
                    mark = number
                if pace := INTERVAL.search(body):
                    wait = int(pace.group(1)) / 1000
            else:
                seen.errors += 1
            if not has_voted and time.monotonic() >= votes_at:
                has_voted = True
                await vote(room, person, seen)
            await asyncio.sleep(wait * random.uniform(0.85, 1.15))
    finally:
        writer.close()


async def vote(room: Room, person: Person, seen: Seen) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", room.port)
    try:
        body = person.body.encode()
        writer.write(
            f"POST {room.vote_path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {person.cookie}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n".encode()
            + body
        )
        status, _, _ = await answer(reader)
        seen.votes[status] = seen.votes.get(status, 0) + 1
    finally:
        writer.close()


async def _crowd(room: Room, people: list[Person], seen: Seen, changed_at) -> None:
    until = time.monotonic() + room.seconds
    done = await asyncio.gather(
        *(live(room, person, seen, changed_at, until) for person in people), return_exceptions=True
    )
    seen.errors += sum(isinstance(one, Exception) for one in done)


def _run(room: Room, people: list[Person], changed_at, ready, results) -> None:
    seen = Seen()
    ready.wait(60)
    asyncio.run(_crowd(room, people, seen, changed_at))
    results.put(seen)


def gather(room: Room, people: list[Person], change, *, every: float, most: int) -> Seen:
    """Let the people live in the room while `change(number)` changes what it shows, every so many seconds."""
    context = multiprocessing.get_context("spawn")
    changed_at = context.Array("d", most + 1)
    ready, results = context.Barrier(PROCESSES + 1), context.Queue()
    processes = [
        context.Process(target=_run, args=(room, people[index::PROCESSES], changed_at, ready, results))
        for index in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    ready.wait(60)
    begin, number = time.monotonic(), 0
    # The last change is made early enough for everyone to see it.
    while time.monotonic() - begin < room.seconds - 8 and number < most:
        changed_at[number] = time.time()
        change(number)
        number += 1
        time.sleep(every)
    total = Seen()
    for _ in processes:
        seen = results.get(timeout=room.seconds + 120)
        total.delays += seen.delays
        total.asked += seen.asked
        total.unchanged += seen.unchanged
        total.errors += seen.errors
        for status, count in seen.votes.items():
            total.votes[status] = total.votes.get(status, 0) + count
    for process in processes:
        process.join()
    return total
