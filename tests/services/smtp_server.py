"""A mail server that writes what arrives as mail-00000000.json: PORT CERT KEY USER PASSWORD [METHOD_IT_LACKS...]"""
import asyncio
import email.policy
import itertools
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

port, cert, key, user, password, *lacks = sys.argv[1:]
numbers = itertools.count(sum(name.startswith("mail-") for name in os.listdir(".")))
methods = {}


def authenticate(server, session, envelope, mechanism, data):
    known = (user.encode(), password.encode())
    if (data.login, data.password) != known:
        return AuthResult(success=False, handled=False)
    methods[session.peer] = mechanism
    return AuthResult(success=True)


class Keep:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = lambda kind: (part := mail.get_body((kind,))) and part.get_content()
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None,
            "auth": methods.get(session.peer),
            "headers": [(name, str(value)) for name, value in mail.items()],
            "text": body("plain"),
            "html": body("html"),
        }
        name = f"mail-{next(numbers):08}.json"
        with open(name + ".part", "w") as file:
            json.dump(kept, file)
        os.rename(name + ".part", name)
        return "250 kept"


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    loop = asyncio.get_running_loop()
    make = lambda: SMTP(
        Keep(),
        loop=loop,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        auth_require_tls=True,
        authenticator=authenticate,
        auth_exclude_mechanism=lacks,
    )
    server = await loop.create_server(make, "127.0.0.1", int(port))
    await server.serve_forever()


asyncio.run(main())
