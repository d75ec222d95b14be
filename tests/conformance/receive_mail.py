"""A mail server for tests, made of aiosmtpd; knows nothing of the product's own code.

usage: receive_mail.py [PORT [USER:PASSWORD]]

Prints one JSON object a line: first the port it listens on, then each mail it took. How it answers depends on the
recipient, so that a test says in the address what is to happen. With a user it takes mail only from who signs in.

  busy-N@…     451 for the first N tries
  never@…      550
  sign-in-N@…  530 for the first N tries: the server refuses the sender, not the mail
  slow@…       takes the mail and answers after a long while
"""

import asyncio
import email
import email.policy
import json
import re
import sys
from collections import Counter

from aiosmtpd.smtp import SMTP, AuthResult

tries = Counter()


def show(line):
    print(json.dumps(line), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        tries[address] += 1
        rule = re.match(r"(busy|sign-in)-(\d+)@", address)
        if rule and tries[address] <= int(rule[2]):
            return "451 4.3.0 busy" if rule[1] == "busy" else "530 5.7.0 sign in first"
        if address.startswith("never@"):
            return f"550 5.1.1 <{address}> nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        show({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": {name.lower(): str(value) for name, value in mail.items()},
            "text": mail.get_content(),
        })
        if envelope.rcpt_tos[0].startswith("slow@"):
            await asyncio.sleep(600)
        return "250 OK"


def signing_in(account):
    """The settings of a server that takes mail only from `account`."""
    if account is None:
        return {}

    def authenticate(server, session, envelope, mechanism, data):
        return AuthResult(success=f"{data.login.decode()}:{data.password.decode()}" == account, handled=False)

    return {"auth_required": True, "auth_require_tls": False, "authenticator": authenticate}


async def main(port, account=None):
    loop = asyncio.get_running_loop()
    settings = signing_in(account)
    server = await loop.create_server(lambda: SMTP(Handler(), hostname="peer", **settings), "127.0.0.1", port)
    show({"port": server.sockets[0].getsockname()[1]})
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0, *sys.argv[2:3]))
