"""aioice as the peer of a test: JSON lines on stdin and stdout. argv: controlling|controlled, the STUN server."""
import asyncio
import json
import sys

import aioice


def say(**message):
    print(json.dumps(message), flush=True)


async def main(role, server):
    connection = aioice.Connection(role == "controlling", stun_server=(server, 3478), use_ipv6=False)
    await connection.gather_candidates()
    say(
        ufrag=connection.local_username,
        pwd=connection.local_password,
        candidates=[candidate.to_sdp() for candidate in connection.local_candidates],
    )
    offer = json.loads(await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline))
    connection.remote_username = offer["ufrag"]
    connection.remote_password = offer["pwd"]
    for line in offer["candidates"]:
        await connection.add_remote_candidate(aioice.Candidate.from_sdp(line.removeprefix("candidate:")))
    await connection.add_remote_candidate(None)
    await connection.connect()
    await connection.send(b"from aioice")
    heard = await connection.recv()
    # No public name tells which pair it has selected for its one component.
    address, port = connection._nominated[1].remote_addr
    role = "controlling" if connection.ice_controlling else "controlled"
    say(heard=heard.decode(), role=role, remote={"address": address, "port": port})
    # It answers the other side's checks until it is killed.
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
