"""Gives each of the two peers of a room what the other one says: a line with the room, then a line to pass on."""

import asyncio

rooms: dict[bytes, asyncio.Queue] = {}


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    room, line = await reader.readline(), await reader.readline()
    first = rooms.pop(room, None)
    if first is None:
        rooms[room] = asyncio.Queue()
        queue, answers = rooms[room], asyncio.Queue()
        await queue.put((line, answers))
        other = await answers.get()
    else:
        other, answers = await first.get()
        await answers.put(line)
    writer.write(other)
    await writer.drain()
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "0.0.0.0", 7000)
    print("ready", flush=True)
    await server.serve_forever()


asyncio.run(main())
