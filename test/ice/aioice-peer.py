"""aioice as the peer of a test: JSON lines on stdin and stdout. argv: controlling|controlled."""
import asyncio
import json
import sys

import aioice.ice

# It leaves loopback out; here it is the only network there is.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


def say(**message):
    print(json.dumps(message), flush=True)


async def main():
    connection = aioice.Connection(ice_controlling=sys.argv[1] == "controlling")
    await connection.gather_candidates()
    say(
        ufrag=connection.local_username,
        pwd=connection.local_password,
        candidates=[candidate.to_sdp() for candidate in connection.local_candidates],
    )
    loop = asyncio.get_running_loop()
    offer = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    connection.remote_username = offer["ufrag"]
    connection.remote_password = offer["pwd"]
    for line in offer["candidates"]:
        await connection.add_remote_candidate(aioice.Candidate.from_sdp(line))
    await connection.add_remote_candidate(None)
    await connection.connect()
    await connection.send(b"from them")
    heard = await connection.recv()
    say(heard=heard.decode(), controlling=connection.ice_controlling)
    # Until the other side has all it wants.
    await loop.run_in_executor(None, sys.stdin.readline)
    await connection.close()


asyncio.run(main())
