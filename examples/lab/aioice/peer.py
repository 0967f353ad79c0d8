"""Connects to the other peer of a room by ICE, and then sends and counts datagrams.

Usage: peer.py ROOM a|b SIGNALLING_HOST TURN_HOST
"""

import asyncio
import json
import sys

import aioice

DATAGRAMS = 200


async def main(room: str, name: str, signalling: str, turn: str) -> None:
    connection = aioice.Connection(
        ice_controlling=name == "a",
        stun_server=(turn, 3478),
        turn_server=(turn, 3478),
        turn_username="lab",
        turn_password="lab",
        use_ipv6=False,
    )
    await connection.gather_candidates()
    description = {
        "username": connection.local_username,
        "password": connection.local_password,
        "candidates": [candidate.to_sdp() for candidate in connection.local_candidates],
    }
    remote = await exchange(signalling, room, description)
    connection.remote_username = remote["username"]
    connection.remote_password = remote["password"]
    for candidate in remote["candidates"]:
        await connection.add_remote_candidate(aioice.Candidate.from_sdp(candidate))
    await connection.add_remote_candidate(None)
    await connection.connect()
    print("connected", flush=True)
    receiving = asyncio.create_task(receive(connection))
    while not receiving.done():
        await connection.send(bytes(1000))
        await asyncio.sleep(0.01)
    await receiving


async def exchange(signalling: str, room: str, description: dict) -> dict:
    reader, writer = await asyncio.open_connection(signalling, 7000)
    writer.write(f"{room}\n{json.dumps(description)}\n".encode())
    return json.loads(await reader.readline())


async def receive(connection: aioice.Connection) -> None:
    for _ in range(DATAGRAMS):
        await connection.recv()
    print(f"received {DATAGRAMS} datagrams", flush=True)
    while True:
        await connection.recv()


asyncio.run(main(*sys.argv[1:]))
