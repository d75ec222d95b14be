"""Reads a stream of events with the CloudEvents SDK and nats-py; knows nothing of the product's own code.

usage: read_events.py NATS_URL STREAM COUNT

Prints one JSON object a line: the attributes the SDK found, and the hash of the event computed from its headers and
body, so that the caller can check the chain.
"""

import asyncio
import hashlib
import json
import sys

import nats
from cloudevents.core.bindings.http import HTTPMessage, from_binary_event

CHAINED = [
    "ce-specversion", "ce-id", "ce-source", "ce-type", "ce-subject", "ce-time", "ce-organisation", "ce-sequence",
    "ce-previoushash", "ce-causationid", "ce-correlationid", "content-type",
]


def digest(headers, body):
    lines = "".join(f"{name}:{headers[name]}\n" for name in CHAINED)
    return hashlib.sha256(lines.encode() + b"\n" + body).hexdigest()


async def main(url, stream, count):
    client = await nats.connect(url)
    subscription = await client.jetstream().pull_subscribe("", durable="conformance", stream=stream)
    read = 0
    while read < count:
        for message in await subscription.fetch(min(100, count - read), timeout=10):
            event = from_binary_event(HTTPMessage(headers=dict(message.headers), body=message.data))
            attributes = {
                "id": event.get_id(),
                "source": event.get_source(),
                "type": event.get_type(),
                "specversion": event.get_specversion(),
                "subject": event.get_subject(),
                "time": event.get_time().isoformat(),
                "datacontenttype": event.get_datacontenttype(),
            }
            for extension in ["organisation", "sequence", "previoushash", "causationid", "correlationid"]:
                attributes[extension] = event.get_extension(extension)
            data = event.get_data()
            attributes["data"] = json.loads(data) if isinstance(data, (bytes, str)) else data
            attributes["hash"] = digest(message.headers, message.data)
            attributes["message_id"] = message.headers["Nats-Msg-Id"]
            print(json.dumps(attributes))
            await message.ack()
            read += 1
    await client.close()


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
